import {primaryOf} from '../model/observation.js'
import type {Gate} from '../model/gate.js'

/** Refuses to act blindly: without knowing who writes, the wrong region would be fenced. */
export const primaryKnown: Gate = {
  id: 'primary-known',
  check({observation, diagnosis}) {
    if (diagnosis.situation === 'SplitBrain' || primaryOf(observation) !== undefined) return
    const why = observation.global.reachable ? 'the global database has no writer' : observation.global.reason
    return {
      reason: `the primary region is unknown: ${why}`,
      hint: 'check your network and credentials, then todo-dr status',
    }
  },
}
