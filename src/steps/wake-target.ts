import {DrError} from '../errors.js'
import type {Step} from '../model/step.js'
import type {World} from '../ports/world.js'
import {Canary} from './canary.js'

/**
 * Starts the target's writing functions, and has them open their connections, while the old primary is fenced and the new one is
 * promoted: a cold start after the promotion would be downtime for clients. First the one that serves writes. Needs no proof of the fence, as its requests change
 * nothing on a database that takes them. Holds nothing up, and what goes wrong here is only noted.
 */
export function wakeTarget({region}: {region: string}): Step<World> {
  let asked = false
  return {
    isDone: async () => asked,
    async act(world, context) {
      const {othersEnded} = context
      const signal = othersEnded ? AbortSignal.any([context.signal, othersEnded]) : context.signal
      const canary = new Canary(world, {...context, signal}, region)
      try {
        await canary.wake(region)
      } catch (error) {
        context.signal.throwIfAborted()
        if (othersEnded?.aborted) context.note('the rest of the run was faster')
        else if (error instanceof DrError) context.note(error.message)
        else throw error
      }

      asked = true
    },
  }
}
