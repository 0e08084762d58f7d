import type {Step} from '../model/step.js'
import {pollUntil} from '../ports/waits.js'
import type {World} from '../ports/world.js'
import {Canary} from './canary.js'

/** Milliseconds at most between two writes: clients wait for the one that succeeds. */
const PAUSE_MS = 250

/**
 * Writes to the new primary past the edge until a write succeeds: clients must not be sent to a region whose functions still hold
 * connections to a database that was read-only a moment ago. A failover whose promotion was proven by such a write needs no second
 * one. The row stays until the proof through the edge, which finds it by its request id and removes it: clients wait for the route.
 */
export function newPrimaryTakesWrite({region}: {region: string}): Step<World> {
  let proven = false
  return {
    isDone: async (_world, {takesWrites}) => proven || takesWrites?.has(region) === true,
    async act(world, context) {
      const canary = new Canary(world, context, region)
      const takesOne = async (): Promise<boolean> => {
        const answer = await canary.write(region)
        if (answer.kind === 'silent') context.note(answer.reason)
        if (answer.kind === 'refused') context.note(`a write to ${region} got status ${answer.status}`)
        return (proven = answer.kind === 'acknowledged')
      }

      await pollUntil(world.clock, context.signal, takesOne, {capMs: PAUSE_MS})
    },
  }
}
