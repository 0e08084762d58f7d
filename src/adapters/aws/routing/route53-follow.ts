/** What a steer through a data plane of Route 53 has in common: something is put, and the name servers follow. */

import {DrError} from '../../../errors.js'
import type {Region} from '../../../model/deployment.js'
import type {SteerOptions} from '../../../ports/route.js'
import {pollUntil, withDeadline} from '../../../ports/waits.js'
import {systemClock} from '../../clock.js'
import type {ClientName} from './client-name.js'

export interface Put {
  name: ClientName
  region: Region
  /** How long the name servers are waited for, in milliseconds. */
  patienceMs: number
  /** Idempotent: it is done again and again until the name servers lead to the region. */
  put(signal: AbortSignal): Promise<void>
  /** What is said once it has been done. */
  taken: string
  /** So many answers in a row must lead there, where the first one may be chance; 1 where it is none. */
  answers?: number
  /** Says what was waited for, where that does not come. */
  behind: {since: string; why: string}
}

/** So many puts in a row that fail, and none before that was taken: another way is better. */
const FAILURES = 3
/** A put every so many milliseconds: a minute of a metric that has none leaves its health check as it was. */
const PACE = {firstMs: 300, capMs: 5000}

/** Throws what refuses the put, and `HealthCheckBehind` (it passes) where the name servers do not follow in time. */
export async function putUntilFollowed(
  {name, region, patienceMs, put, taken, behind, answers = 1}: Put,
  {signal, note}: SteerOptions,
): Promise<void> {
  let isTaken = false
  let failures = 0
  let stopped: DrError | undefined
  const expired = (): Error =>
    new DrError({
      code: 'HealthCheckBehind',
      exit: 'failed',
      what: `${name.name} does not lead to ${region} ${patienceMs / 1000} s after ${behind.since}`,
      why: behind.why,
      next: 'todo-dr health',
      passing: true,
    })
  await withDeadline({clock: systemClock, ms: patienceMs, signal, expired}, (inner) =>
    pollUntil(
      systemClock,
      inner,
      async () => {
        try {
          await put(inner)
          if (!isTaken) note?.(taken)
          isTaken = true
          failures = 0
        } catch (error) {
          inner.throwIfAborted()
          if (!(error instanceof DrError) || error.exit === 'credentials') throw error
          failures++
          stopped = !error.passing || (!isTaken && failures >= FAILURES) ? error : undefined
          if (stopped) return true
        }

        for (let look = 0; look < answers; look++) if ((await name.serving({signal: inner})) !== region) return false
        return isTaken
      },
      PACE,
    ),
  )
  if (stopped) throw stopped
}
