import type {Step} from '../model/step.js'
import type {World} from '../ports/world.js'
import {changeCapacity} from './change-capacity.js'

/**
 * Puts back the minimum capacity that a switch has raised: a standby that keeps it would be billed for it until somebody notices. A
 * primary under load keeps its capacity, whatever its minimum. Never ends a switch: the memory of it stays until it is put back.
 */
export function restoreCapacity({region}: {region: string}): Step<World> {
  let tried = false
  return {
    async isDone({database}, {signal}) {
      return tried || (await database.cluster(region, {signal})).raisedFrom === undefined
    },

    async act(world, context) {
      await changeCapacity(world, context, region, async (signal) => {
        await world.capacity.restore(region, {signal})
        return true
      })
      tried = true
    },
  }
}
