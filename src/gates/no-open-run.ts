import {isSilent} from '../diagnose.js'
import {primaryOf} from '../model/observation.js'
import {isSwitching} from '../model/topology.js'
import type {Gate} from '../model/gate.js'

/**
 * Refuses a switch on top of one that was begun and not finished: repeated after the promotion, the same failover would go the
 * other way, into the region that was just escaped. A run whose region no longer answers cannot be finished, and stands in
 * nobody's way; one that has promoted nothing is left behind by a failover, which cannot wait, and by nothing else. An upgrade that was
 * cut stands in the way of planned switches alone: a later upgrade does what is left of it.
 */
export const noOpenRun: Gate = {
  id: 'no-open-run',
  check({intent, observation, openRun}) {
    // Of a switch under way another gate says how it goes on.
    if (!openRun || (observation.global.reachable && isSwitching(observation.global.value))) return
    if (openRun.intent === 'upgrade') {
      if (intent === 'failover' || intent === 'steer' || intent === 'upgrade') return
      return {
        reason: `an upgrade was started and is not finished: ${openRun.id}`,
        hint: `todo-dr resume ${openRun.id} finishes it: AWS exchanges the roles of equal versions alone`,
      }
    }

    const reason = `the ${openRun.intent} to ${openRun.to} was started and is not finished: ${openRun.id}`
    if (primaryOf(observation) === openRun.to) {
      const target = observation.regions[openRun.to]
      if (intent === 'steer' || !target || isSilent(target)) return
      return {reason, hint: `todo-dr resume ${openRun.id} finishes it`}
    }

    if (intent === 'failover') return
    return {
      reason,
      hint: `todo-dr resume ${openRun.id} checks again and continues; todo-dr resume ${openRun.id} --undo takes back what it did`,
    }
  },
}
