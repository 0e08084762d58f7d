/** The end of a promotion: RDS says that the target is the primary, or the target takes a write. Neither waits for the other. */

import type {StepContext} from '../model/step.js'
import {endsWithin, pollUntil} from '../ports/waits.js'
import type {World} from '../ports/world.js'
import {Canary} from './canary.js'
import type {RoleWatch} from './promotion.js'

/** Milliseconds at most between two writes: a standby that is being promoted keeps each one waiting, so they are few. */
const WRITE_PAUSE_MS = 250

/**
 * Milliseconds for which a failover waits for a write that is under way once RDS names the target: the function that has just started for
 * it tries until it succeeds, and a new write would wait behind it. One that hangs holds nothing up for longer. Before a planned switch many
 * functions were woken: there a new write is served at once, and the one under way may just be pausing.
 */
export const ANSWER_MS = 500

/**
 * Call it once the promotion is accepted: from then on a yes of the target's own API can come of the promotion alone. `answerMs`: how long
 * a write that is under way is waited for when the roles are seen first.
 */
export function untilPromoted(
  world: World,
  to: string,
  context: StepContext,
  roles: RoleWatch,
  answerMs = 0,
): Promise<void> {
  const {clock} = world
  let underWay: Promise<unknown> = Promise.resolve()
  return firstOf(
    context,
    async (watching) => {
      await pollUntil(clock, watching.signal, () => roles.isSoleWriter(world, watching))
      if (answerMs > 0) await endsWithin(clock, answerMs, underWay)
    },
    (writing) => {
      const write = (): Promise<boolean> => {
        const answer = takesWrite(world, to, writing)
        underWay = answer.catch(() => undefined)
        return answer
      }

      return pollUntil(clock, writing.signal, write, {capMs: WRITE_PAUSE_MS})
    },
  )
}

/** The row stays until the proof through the edge, which finds it by its request id and removes it: clients wait for the route. */
async function takesWrite(world: World, to: string, context: StepContext): Promise<boolean> {
  const {kind} = await new Canary(world, context, to).write(to)
  if (kind !== 'acknowledged') return false
  context.takesWrites?.add(to)
  context.note(`${to} accepts writes`)
  return true
}

/** Ends with the first that ends, well or badly, and then ends the others. */
async function firstOf(context: StepContext, ...waits: ((context: StepContext) => Promise<void>)[]): Promise<void> {
  const over = new AbortController()
  const signal = AbortSignal.any([context.signal, over.signal])
  try {
    await Promise.race(waits.map((wait) => wait({...context, signal})))
  } finally {
    over.abort()
  }
}
