import {primaryOf} from '../model/observation.js'
import type {Gate, GateInput} from '../model/gate.js'

/**
 * Refuses what needs the primary while it is lost: a planned switch would fence for nothing, and the route would be pointed at nobody.
 * It says what helps instead, as whoever waits for the primary waits for ever.
 */
export const primaryAnswers: Gate = {
  id: 'primary-answers',
  intents: ['switchover', 'failback', 'steer'],
  check(input) {
    if (!isPrimaryLost(input)) return
    const {summary, next = 'todo-dr status'} = input.diagnosis
    return {reason: `this needs the primary. ${summary}`, hint: next}
  },
}

/** Its region is silent, its database is down, or RDS does not answer there. */
export function isPrimaryLost({observation, diagnosis: {situation}}: GateInput): boolean {
  if (situation === 'RegionLost' || situation === 'PrimaryDatabaseLost') return true
  const primary = primaryOf(observation)
  return situation === 'PrimaryApiLost' && primary !== undefined && !observation.regions[primary]?.cluster.reachable
}
