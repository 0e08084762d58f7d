import type {Step} from '../model/step.js'
import type {World} from '../ports/world.js'
import {changeCapacity} from './change-capacity.js'

/**
 * Raises the minimum capacity of the target to what the primary has used: a database that stands by with half an ACU would grow
 * under the full load of the clients, the more slowly the smaller it is (Aurora user guide, "Performance and scaling for Aurora
 * Serverless v2"). Before a planned switch it waits until RDS has nothing more to do with the cluster. Never ends a switch.
 */
export function raiseCapacity({region, acu}: {region: string; acu: number}): Step<World> {
  let tried = false
  return {
    async isDone(world, {signal}) {
      if (tried) return true
      const {capacity} = await world.database.cluster(region, {signal})
      return capacity === undefined || capacity.min >= acu
    },

    async act(world, context) {
      const {capacity, database} = world
      let raised = false
      await changeCapacity(world, context, region, async (signal) => {
        if (!raised) await capacity.raise(region, acu, {signal})
        raised = true
        return Boolean(context.othersEnded) || (await database.cluster(region, {signal})).status === 'available'
      })
      tried = true
    },

    undo: ({capacity}, {signal}) => capacity.restore(region, {signal}),
  }
}
