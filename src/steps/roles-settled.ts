import {isSwitching} from '../model/topology.js'
import type {Step} from '../model/step.js'
import type {World} from '../ports/world.js'

/**
 * Waits until RDS shows the new primary as the only writer, and the switch as ended. Clients are served by then, as their writes are
 * believed before RDS's words; but whoever is told that a planned switch is done must find it so, and may want to switch again.
 */
export function rolesSettled({to}: {to: string}): Step<World> {
  return {
    async isDone({database}, {signal, note}) {
      const global = await database.describe(to, {signal})
      if (global.failover?.status) note(`the global database is ${global.failover.status}`)
      const writers = global.members.filter((member) => member.isWriter)
      return writers.length === 1 && writers[0]!.region === to && !isSwitching(global)
    },

    /** Nothing to do but wait: Aurora does it. */
    async act() {},
  }
}
