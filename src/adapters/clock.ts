/** The machine's clock. */

import {setTimeout as wait} from 'node:timers/promises'
import type {Clock} from '../ports/world.js'

export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  /** Rejects with an AbortError when `signal` aborts. */
  sleep: async (ms, signal) => wait(ms, undefined, {signal}),
}
