import type {Step, StepContext} from '../model/step.js'
import {mayPass} from '../ports/waits.js'
import type {World} from '../ports/world.js'
import {Canary} from './canary.js'
import {RoleWatch, hasBegun, request} from './promotion.js'

/**
 * Promotes the target without waiting for the old primary (`FailoverGlobalCluster` with AllowDataLoss, sent to the
 * target's region): waiting for a region that is gone would leave clients without writes for ever. Never before the
 * fence. A write that the target takes is believed before the control plane's word.
 */
export function promoteFailover({to}: {to: string}): Step<World> {
  const roles = new RoleWatch(to)
  let accepted = false
  return {
    async isDone(world, context) {
      if (!accepted) return roles.isSoleWriter(world, context)
      return anyOf([roles.isSoleWriter(world, context), takesWrite(world, to, context)])
    },
    async act(world, context) {
      roles.accepted(await request(world, to, context, () => world.database.failover(to, {signal: context.signal})))
      accepted = true
    },
    hasBegun: (world, context) => hasBegun(world, to, context),
  }
}

/** Only asked once the failover is accepted: from then on a yes of the target's own API can come of the promotion alone. */
async function takesWrite(world: World, to: string, context: StepContext): Promise<boolean> {
  const {proven} = await new Canary(world, context, to).roundTrip(to)
  if (proven) context.note(`${to} accepts writes`)
  return proven
}

/** True as soon as one says so; where none does, false, or an error: one that cannot pass by itself, or the first if all failed. */
async function anyOf(checks: Promise<boolean>[]): Promise<boolean> {
  const yes = checks.map(async (check) => {
    if (await check) return true
    throw new No()
  })
  try {
    return await Promise.any(yes)
  } catch (error) {
    const errors: unknown[] = error instanceof AggregateError ? error.errors : [error]
    const grave = errors.find((one) => !(one instanceof No) && !mayPass(one))
    if (grave !== undefined) throw grave
    if (errors.some((one) => one instanceof No)) return false
    throw errors[0]
  }
}

class No extends Error {}
