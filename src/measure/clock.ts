/** The clock of measurements: the wall clock's epoch, the monotonic clock's steps. */

import {performance} from 'node:perf_hooks'
import {setTimeout as delay} from 'node:timers/promises'

import type {Clock} from '../ports/world.js'

/**
 * Epoch milliseconds with fraction. It never jumps when the wall clock is set, as durations are what a report rests
 * on. `sleep` ends early, without an error, when the signal aborts.
 */
export const steadyClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  async sleep(ms, signal) {
    await delay(Math.max(0, ms), undefined, {signal}).catch(() => {})
  },
}

/** Sleeps, and ends early without an error when the signal aborts, whatever the clock at hand does then. */
export async function rest(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  await clock.sleep(ms, signal).catch((error: unknown) => {
    if (!signal?.aborted) throw error
  })
}

/** Rounds an instant to microseconds, so that a ledger line stays short and loses nothing that a clock can tell. */
export const instant = (ms: number): number => Math.round(ms * 1000) / 1000

/** A duration in seconds from one in milliseconds, to the microsecond. */
export const inSeconds = (ms: number): number => Math.round(ms * 1000) / 1e6
