import type {Step} from '../model/step.js'
import type {World} from '../ports/world.js'
import {RoleWatch} from './promotion.js'

/** Milliseconds for which RDS must show the role without a break. Longer than its answers were seen to lag behind; assumed. */
export const WATCH_MS = 15_000

/**
 * Waits until RDS has shown the region as the only writer for a while, in both regions where both answer. A region that somebody closed
 * may be an old primary, and one answer that is older than the switch would have it opened: a second writer.
 */
export function watchRoles({to}: {to: string}): Step<World> {
  const roles = new RoleWatch(to)
  let since: number | undefined
  return {
    async isDone(world, context) {
      if (!(await roles.isSoleWriter(world, context))) {
        since = undefined
        context.note(`RDS does not show ${to} as the only writer`)
        return false
      }

      const now = world.clock.now()
      since ??= now
      return now - since >= WATCH_MS
    },

    /** Nothing to do but watch. */
    async act() {},
  }
}
