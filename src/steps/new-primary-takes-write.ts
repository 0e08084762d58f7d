import type {Step} from '../model/step.js'
import {pollUntil} from '../ports/waits.js'
import type {World} from '../ports/world.js'
import {Canary} from './canary.js'

/**
 * Writes to the new primary past the edge until one write and its removal succeed: clients must not be sent to a region
 * whose functions still hold connections to a database that was read-only a moment ago. A failover whose promotion was proven by such
 * a write needs no second one.
 */
export function newPrimaryTakesWrite({region}: {region: string}): Step<World> {
  let proven = false
  return {
    isDone: async (_world, {takesWrites}) => proven || takesWrites?.has(region) === true,
    async act(world, context) {
      const canary = new Canary(world, context, region)
      await pollUntil(world.clock, context.signal, async () => {
        const answer = await canary.roundTrip(region)
        if (!answer.proven) context.note(answer.why)
        return (proven = answer.proven)
      })
    },
  }
}
