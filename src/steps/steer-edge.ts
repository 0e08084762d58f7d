import {DrError} from '../errors.js'
import {regionOf} from '../model/regions.js'
import type {Step} from '../model/step.js'
import {pollUntil, withDeadline} from '../ports/waits.js'
import type {World} from '../ports/world.js'

/** Within which a usual route must be set, and seen to be; the registry gives it as the deadline. */
export const STEER_SECONDS = 60
/** Seconds of the deadline that are left after the tries: they end soon enough to say what a person can do instead. */
const LEFT_SECONDS = 10
/** Milliseconds between two tries, each pause half as long again. */
const PACE = {firstMs: 300, capMs: 5000}

interface SteerEdge {
  to: string
  /** The deadline of the step. */
  seconds?: number
  /** The region that is escaped. */
  leaving?: string
}

/**
 * Points the route at the primary, after it has taken a write: earlier, clients would be sent to a region that
 * refuses them. What may pass (silence, throttling, a fault of AWS, another's write in between) is tried again: to give up
 * leaves clients with a region that is no primary any more. Where the route cannot be steered, it says what a person can do.
 */
export function steerEdge({to, seconds = STEER_SECONDS, leaving}: SteerEdge): Step<World> {
  const ms = (seconds - LEFT_SECONDS) * 1000
  return {
    isDone: async ({route}, {signal}) =>
      (await route.serving({signal})) === to && (route.isSet?.(to, {signal}) ?? true),
    async act(world, {signal, note}) {
      const {route, clock} = world
      let last: DrError | undefined
      const expired = (): DrError => notSteered(to, world, last)
      await withDeadline({clock, ms, signal, expired}, (inner) =>
        pollUntil(
          clock,
          inner,
          async () => {
            try {
              await route.steer(to, {signal: inner, note, leaving})
              return true
            } catch (error) {
              inner.throwIfAborted()
              if (!(error instanceof DrError) || error.exit === 'credentials') throw error
              if (!error.passing) throw notSteered(to, world, error)
              last = error
              note(error.message)
              return false
            }
          },
          PACE,
        ),
      )
    },
  }
}

function notSteered(to: string, {route, deployment, workload}: World, cause: DrError | undefined): DrError {
  return new DrError({
    code: 'EdgeNotSteered',
    exit: 'stopped',
    what: `${to} is the primary, but the edge still serves another region`,
    why: cause?.message ?? `${route.needs.service} does not answer`,
    next: `${route.byHand(to)}, or send clients to ${regionOf(deployment, to).apiUrl}${workload.path}; then todo-dr resume`,
    requestId: cause?.requestId,
    cause,
  })
}
