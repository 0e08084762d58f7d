import {DrError, Unreachable} from '../errors.js'
import type {Region} from '../model/deployment.js'
import type {StepContext} from '../model/step.js'
import {pollUntil, withDeadline} from '../ports/waits.js'
import type {World} from '../ports/world.js'

/** Milliseconds. RDS takes no change of a cluster while it does something else with it, as just after a promotion. */
const TRY_MS = 60_000

/** What RDS answers then (RDS API reference, ModifyDBCluster). */
const BUSY = 'InvalidDBClusterStateFault'

/**
 * Changes the capacity of a region's cluster, as soon as RDS takes it. A switch must not end for want of capacity, which Aurora
 * adds by itself, only more slowly: what stands in the way is noted, and that is all.
 */
export async function changeCapacity(
  {clock}: World,
  context: StepContext,
  region: Region,
  change: (signal: AbortSignal) => Promise<boolean>,
): Promise<void> {
  const note = (why: string): void => context.note(`the minimum capacity of ${region} could not be changed: ${why}`)
  const late = new Error('RDS took no change in time')
  try {
    await withDeadline({clock, ms: TRY_MS, signal: context.signal, expired: () => late}, (signal) =>
      pollUntil(clock, signal, async () => {
        try {
          return await change(signal)
        } catch (error) {
          if (error instanceof Unreachable || (error instanceof DrError && error.code === BUSY)) return false
          throw error
        }
      }),
    )
  } catch (error) {
    context.signal.throwIfAborted()
    if (error !== late && !(error instanceof DrError)) throw error
    note((error as Error).message)
  }
}
