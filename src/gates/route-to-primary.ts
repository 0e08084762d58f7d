import {primaryOf} from '../model/observation.js'
import type {Gate} from '../model/gate.js'

/** Refuses to send clients to a region that is not the primary: every write of theirs would be refused there. */
export const routeToPrimary: Gate = {
  id: 'route-to-primary',
  intents: ['steer'],
  check({to, observation}) {
    const primary = primaryOf(observation)
    if (primary === undefined || primary === to) return
    return {
      reason: `${to} is not the primary and takes no writes; ${primary} is`,
      hint: `todo-dr steer sends clients to ${primary}; to make ${to} the primary: todo-dr switchover --to ${to}`,
    }
  },
}
