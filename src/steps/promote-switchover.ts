import type {Step} from '../model/step.js'
import type {World} from '../ports/world.js'
import {RoleWatch, hasBegun, request} from './promotion.js'

/**
 * Swaps the roles of both regions without loss (`SwitchoverGlobalCluster`, sent to the primary's region): Aurora first
 * waits until the target has everything. Here only the members' roles are believed: the old primary's database still
 * lives, so that a yes of the target's API would prove less.
 */
export function promoteSwitchover({from, to}: {from: string; to: string}): Step<World> {
  const roles = new RoleWatch(to)
  return {
    isDone: (world, context) => roles.isSoleWriter(world, context),
    async act(world, context) {
      roles.accepted(
        await request(world, to, context, () => world.database.switchover(from, to, {signal: context.signal})),
      )
    },
    hasBegun: (world, context) => hasBegun(world, to, context),
  }
}
