import type {Step, StepOutcome} from '../model/step.js'
import {isConnected} from '../model/topology.js'
import {answerWithin, mayPass} from '../ports/waits.js'
import type {World} from '../ports/world.js'

/** Milliseconds for each try to reach the region, and between two of them. */
const TRY_MS = 2500
const PAUSE_MS = 500

/**
 * Tries the fence of the old primary again for as long as the rest of the failover takes: a region that was lost may come back at
 * any moment, and would go on acknowledging writes that the new primary never gets. Proven by the fence, or by the region's being a
 * standby, whose database refuses writes. Holds nothing up: what is not proven when the others have ended is `unsure`.
 */
export function keepFencing({region, to}: {region: string; to: string}): Step<World> {
  const within = (world: World, signal: AbortSignal) => ({
    clock: world.clock,
    ms: TRY_MS,
    signal,
    what: `Lambda in ${region}`,
  })
  return {
    async isDone(world, {signal}) {
      const mode = await answerWithin(within(world, signal), (inner) => world.writers.mode(region, {signal: inner}))
      if (mode === 'fenced') return true
      const {members} = await world.database.describe(to, {signal})
      return members.some((one) => one.region === region && !one.isWriter && isConnected(one.synchronization))
    },

    async act(world, context): Promise<StepOutcome> {
      const {signal, othersEnded} = context
      const trying = othersEnded ? AbortSignal.any([signal, othersEnded]) : signal
      while (!trying.aborted) {
        try {
          await answerWithin(within(world, trying), (inner) => world.writers.fence(region, {signal: inner}))
          return 'done'
        } catch (error) {
          signal.throwIfAborted()
          if (!trying.aborted && !mayPass(error)) throw error
        }

        await world.clock.sleep(PAUSE_MS, trying).catch(() => undefined)
      }

      signal.throwIfAborted()
      context.note(`${region} did not answer until the end: it may still acknowledge writes, which are lost`)
      return {unsure: 'fence-unsure'}
    },
  }
}
