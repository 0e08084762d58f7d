/** What refuses a change of the schema. Every refusal is shown together; nothing lifts one. */

import {topologyOf} from '../model/topology.js'
import {noOpenRun} from './no-open-run.js'
import {noSplitBrain} from './no-split-brain.js'
import {noSwitchInProgress} from './no-switch-in-progress.js'
import {primaryAnswers} from './primary-answers.js'
import {primaryKnown} from './primary-known.js'
import {replicationHealthy} from './replication-healthy.js'
import type {Gate, GateInput, Refusal} from '../model/gate.js'

/** Prevents half a migration: Lambda refuses the calls of a fenced region, and a switch is about to move the primary away from it. */
const primaryOpen: Gate = {
  id: 'primary-open',
  check({from, observation, diagnosis}) {
    const writers = from === undefined ? undefined : observation.regions[from]?.writers
    if (!writers?.reachable || writers.value === 'open') return
    return {
      reason: `the writing functions in ${from} are ${writers.value}: a switch, or a person, closed them`,
      hint: diagnosis.next ?? 'todo-dr status',
    }
  },
}

/**
 * Prevents a schema that one region alone has: a failover before the standby has followed would bring back the old schema under
 * functions that need the new one.
 */
const standbyFollows: Gate = {
  id: 'standby-follows',
  check(input) {
    const {from, to, observation, maxLagSeconds} = input
    if (from === undefined) return
    const hint = 'seed again when todo-dr status says that replication is ok'
    const objection = replicationHealthy[0]!.check(input)
    if (objection) return {...objection, hint}
    if (topologyOf(observation, maxLagSeconds).replication === 'ok') return
    const cluster = observation.regions[to]?.cluster
    const why = cluster?.reachable === false ? cluster.reason : 'it has no instance that serves'
    return {reason: `the standby in ${to} could not follow: ${why}`, hint}
  },
}

const GATES: readonly Gate[] = [
  primaryKnown,
  primaryAnswers,
  noSplitBrain,
  noSwitchInProgress,
  noOpenRun,
  primaryOpen,
  standbyFollows,
]

/** `from`: the primary, and `to`: the standby. A schema may change where a planned switch to the standby could begin. */
export function checkSeed(input: Omit<GateInput, 'fencedByUs' | 'intent'>): Refusal[] {
  return GATES.flatMap((gate) => {
    const objection = gate.check({...input, intent: 'switchover', fencedByUs: false})
    return objection ? [{gate: gate.id, ...objection}] : []
  })
}
