import {DrError} from '../errors.js'
import {regionOf} from '../model/regions.js'
import type {Step} from '../model/step.js'
import type {World} from '../ports/world.js'

const TRIES = 3
const PAUSE_MS = 300

/**
 * Points the route at the primary, after it has taken a write: earlier, clients would be sent to a region that
 * refuses them. Where the route cannot be steered, it says what a person can do.
 */
export function steerEdge({to}: {to: string}): Step<World> {
  return {
    isDone: async ({route}, {signal}) => (await route.serving({signal})) === to,
    async act(world, {signal, note}) {
      const {route, clock} = world
      for (let attempt = 1; ; attempt++) {
        try {
          return await route.steer(to, {signal})
        } catch (error) {
          signal.throwIfAborted()
          if (!(error instanceof DrError) || error.exit === 'credentials') throw error
          if (attempt === TRIES) throw notSteered(to, world, error)
          note(error.message)
          await clock.sleep(PAUSE_MS, signal)
        }
      }
    },
  }
}

function notSteered(to: string, {route, deployment, workload}: World, cause: DrError): DrError {
  return new DrError({
    code: 'EdgeNotSteered',
    exit: 'stopped',
    what: `${to} is the primary, but the edge still serves another region`,
    why: cause.message,
    next: `${route.byHand(to)}, or send clients to ${regionOf(deployment, to).apiUrl}${workload.path}; then todo-dr resume`,
    requestId: cause.requestId,
    cause,
  })
}
