/** The end of a promotion: RDS says that the target is the primary, or the target takes a write. Neither waits for the other. */

import type {StepContext} from '../model/step.js'
import {pollUntil} from '../ports/waits.js'
import type {World} from '../ports/world.js'
import {Canary} from './canary.js'
import type {RoleWatch} from './promotion.js'

/** Milliseconds at most between two writes: a standby that is being promoted keeps each one waiting, so they are few. */
const WRITE_PAUSE_MS = 250

/** Call it once the promotion is accepted: from then on a yes of the target's own API can come of the promotion alone. */
export const untilPromoted = (world: World, to: string, context: StepContext, roles: RoleWatch): Promise<void> =>
  firstOf(
    context,
    (watching) => pollUntil(world.clock, watching.signal, () => roles.isSoleWriter(world, watching)),
    (writing) => pollUntil(world.clock, writing.signal, () => takesWrite(world, to, writing), {capMs: WRITE_PAUSE_MS}),
  )

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
