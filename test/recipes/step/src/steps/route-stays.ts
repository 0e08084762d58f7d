import {DrError} from '../errors.js'
import type {Step} from '../model/step.js'
import type {World} from '../ports/world.js'

/**
 * Looks at the route once more after a while: a health check or a script of somebody else's that steers it too would take
 * the clients back to the region that refuses their writes.
 */
export function routeStays({to, seconds}: {to: string; seconds: number}): Step<World> {
  let stayed = false
  return {
    isDone: async () => stayed,
    async act({clock, route}, {signal}) {
      await clock.sleep(seconds * 1000, signal)
      signal.throwIfAborted()
      const serving = await route.serving({signal})
      if (serving !== to) throw taken(serving, to)
      stayed = true
    },
  }
}

const taken = (serving: string, to: string): DrError =>
  new DrError({
    code: 'RouteTaken',
    exit: 'stopped',
    what: `the route sends clients to ${serving} again`,
    why: 'something else than todo-dr steers it too',
    next: `stop that, then todo-dr steer --to ${to}`,
  })
