import type {Step} from '../model/step.js'
import type {World} from '../ports/world.js'
import {ANSWER_MS, untilPromoted} from './promoted.js'
import {RoleWatch, hasBegun, request} from './promotion.js'

/**
 * Promotes the target without waiting for the old primary (`FailoverGlobalCluster` with AllowDataLoss, sent to the
 * target's region): waiting for a region that is gone would leave clients without writes for ever. Never before the
 * fence. A write that the target takes is believed before the control plane's word.
 */
export function promoteFailover({to}: {to: string}): Step<World> {
  const roles = new RoleWatch(to)
  let promoted = false
  return {
    isDone: async (world, context) => promoted || roles.isSoleWriter(world, context),
    async act(world, context) {
      roles.accepted(await request(world, roles, context, () => world.database.failover(to, {signal: context.signal})))
      await untilPromoted(world, to, context, roles, ANSWER_MS)
      promoted = true
    },
    hasBegun: (world, context) => hasBegun(world, to, context),
  }
}
