/** The end of a promotion: RDS says that the target is the primary, or the target takes a write. Neither waits for the other. */

import type {StepContext} from '../model/step.js'
import {endsWithin, pollUntil} from '../ports/waits.js'
import type {World} from '../ports/world.js'
import {Canary} from './canary.js'
import type {RoleWatch} from './promotion.js'

/** Milliseconds at most between two writes: a standby that is being promoted keeps each one waiting, so they are few. */
const WRITE_PAUSE_MS = 250

/**
 * Milliseconds for which a write that is under way is waited for once RDS names the target: its function tries it until it succeeds, and
 * the next step would have to begin another one. One that hangs holds nothing up for longer.
 */
const ANSWER_MS = 500

/** Call it once the promotion is accepted: from then on a yes of the target's own API can come of the promotion alone. */
export function untilPromoted(world: World, to: string, context: StepContext, roles: RoleWatch): Promise<void> {
  const {clock} = world
  let underWay: Promise<unknown> = Promise.resolve()
  return firstOf(
    context,
    async (watching) => {
      await pollUntil(clock, watching.signal, () => roles.isSoleWriter(world, watching))
      await endsWithin(clock, ANSWER_MS, underWay)
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
