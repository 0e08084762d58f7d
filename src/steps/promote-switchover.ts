import type {Step} from '../model/step.js'
import type {World} from '../ports/world.js'
import {untilPromoted} from './promoted.js'
import {RoleWatch, hasBegun, request} from './promotion.js'

/**
 * Swaps the roles of both regions without loss (`SwitchoverGlobalCluster`, sent to the primary's region): Aurora first waits until the
 * target has everything, and makes the old primary a read-only secondary, so that nobody has to fence it ("demotes the current
 * primary cluster to a secondary (read-only) cluster [...] without losing any data", RDS API reference, SwitchoverGlobalCluster).
 *
 * A write that the target takes is believed before the control plane's word, where the target was seen to refuse one a moment
 * before: only the promotion can have made it a yes. Elsewhere, as in a run that is resumed, the members' roles alone are believed.
 */
export function promoteSwitchover({from, to}: {from: string; to: string}): Step<World> {
  const roles = new RoleWatch(to)
  let promoted = false
  return {
    isDone: async (world, context) => promoted || roles.isSoleWriter(world, context),
    async act(world, context) {
      roles.accepted(
        await request(world, roles, context, () => world.database.switchover(from, to, {signal: context.signal})),
      )
      if (!context.refusesWrites?.has(to)) return
      await untilPromoted(world, to, context, roles)
      promoted = true
    },
    hasBegun: (world, context) => hasBegun(world, to, context),
  }
}
