import {DrError} from '../errors.js'
import type {Step} from '../model/step.js'
import type {World} from '../ports/world.js'
import {Canary} from './canary.js'

/** Refused for its token: the database was not asked. */
const NOT_ASKED = new Set([401, 403])

/**
 * Wakes the target's writing functions before writes are stopped, or while the calls in flight are waited out: a cold start after
 * the promotion would be downtime for clients. A standby refuses the write, which is remembered; one that acknowledges it before it
 * is promoted would be a second writer, and ends the switch. Anything else that goes wrong here is no reason to stop.
 */
export function warmTarget({region}: {region: string}): Step<World> {
  let woken = false
  return {
    isDone: async () => woken,
    async act(world, context) {
      const canary = new Canary(world, context, region)
      const passes = (error: unknown): undefined => {
        context.signal.throwIfAborted()
        if (error instanceof DrError) return void context.note(error.message)
        throw error
      }

      const [written] = await Promise.all([canary.write(region).catch(passes), canary.warm(region).catch(passes)])
      if (written?.kind === 'acknowledged') {
        if (!(await canary.removed(region, written.id)))
          context.note(`the canary row ${written.id} may be left in ${region}`)
        throw alreadyWriting(region)
      }

      if (written?.kind === 'refused' && written.outcome === 'fail' && !NOT_ASKED.has(written.status))
        context.refusesWrites?.add(region)

      woken = true
    },
  }
}

const alreadyWriting = (region: string): DrError =>
  new DrError({
    code: 'StandbyWrites',
    exit: 'refused',
    what: `${region} acknowledges writes although it is not the primary`,
    why: 'it is a second writer: its data is not replicated to the primary',
    next: 'todo-dr status',
  })
