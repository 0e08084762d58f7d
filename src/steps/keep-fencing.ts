import {DrError} from '../errors.js'
import type {Step, StepOutcome} from '../model/step.js'
import {standsBy} from '../model/topology.js'
import {answerWithin, mayPass} from '../ports/waits.js'
import type {RdsEvent, World} from '../ports/world.js'

/** Milliseconds for each try to reach the region, and before each: the fence has just been tried. */
const TRY_MS = 2500
const PAUSE_MS = 500

/** Milliseconds before this step for which RDS's words are read: the promotion is accepted just before it. */
const SINCE_MS = 60_000

/**
 * Tries the fence of the old primary again for as long as the rest of the failover takes: a region that was lost may come back at
 * any moment, and would go on acknowledging writes that the new primary never gets. Proven by the fence, or by the region's being a
 * standby, whose database refuses writes. Holds nothing up: what is not proven when the others have ended is `unsure`. What RDS says of
 * its own write block is told, and proves nothing: "the write fencing is best effort" (Aurora user guide, "Using switchover or failover
 * in Amazon Aurora Global Database").
 */
export function keepFencing({region, to}: {region: string; to: string}): Step<World> {
  const within = (world: World, signal: AbortSignal) => ({
    clock: world.clock,
    ms: TRY_MS,
    signal,
    what: `Lambda in ${region}`,
  })
  let begun = false
  return {
    async isDone(world, {signal}) {
      if (!begun) return false
      const mode = await answerWithin(within(world, signal), (inner) => world.writers.mode(region, {signal: inner}))
      if (mode === 'fenced') return true
      return standsBy(await world.database.describe(to, {signal}), region)
    },

    async act(world, context): Promise<StepOutcome> {
      begun = true
      const {signal, othersEnded} = context
      const since = world.database.now() - SINCE_MS
      const trying = othersEnded ? AbortSignal.any([signal, othersEnded]) : signal
      while (!trying.aborted) {
        await world.clock.sleep(PAUSE_MS, trying).catch(() => undefined)
        if (trying.aborted) break
        try {
          await answerWithin(within(world, trying), (inner) => world.writers.fence(region, {signal: inner}))
          return 'done'
        } catch (error) {
          signal.throwIfAborted()
          if (!trying.aborted && !mayPass(error)) throw error
        }
      }

      signal.throwIfAborted()
      context.note(`${region} did not answer until the end: it may still acknowledge writes, which are lost`)
      const said = await blockEvents(world, {to, since, signal})
      for (const {text} of said) context.note(`RDS says: ${text}`)
      return {unsure: 'fence-unsure'}
    },
  }
}

/** Of the write block, in the new primary's region. Empty where nobody can be asked. */
async function blockEvents(
  {clock, database}: World,
  {to, since, signal}: {to: string; since: number; signal: AbortSignal},
): Promise<RdsEvent[]> {
  try {
    const within = {clock, ms: TRY_MS, signal, what: `the RDS events of ${to}`}
    const events = await answerWithin(within, (inner) => database.failoverEvents(to, since, {signal: inner}))
    return events.filter(({text}) => text.includes('block writes'))
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof DrError) return []
    throw error
  }
}
