import {isSwitching} from '../model/topology.js'
import type {Gate, Refusal} from '../model/gate.js'
import type {GlobalCluster} from '../model/observation.js'

const id = 'no-switch-in-progress'

/** Of the console or of another program: no run of ours can continue it. */
const SOMEBODY_ELSES = 'no unfinished run of todo-dr began it: wait until it ends; todo-dr status shows its state'

/** Refuses a second switch on top of a first: two of them in opposite directions end where nobody wanted to go. */
export const noSwitchInProgress: Gate = {
  id,
  check({observation: {global}, openRun}) {
    const ours = openRun && `todo-dr resume ${openRun.id} continues it; todo-dr status shows its state`
    return global.reachable ? reasonOf(global.value, ours ?? SOMEBODY_ELSES) : undefined
  },
}

/** The same of what is no switch itself, such as a deployment, which would change what the switch counts on. */
export function refuseDuringSwitch(global: GlobalCluster, hint: string): Refusal[] {
  const reason = reasonOf(global, hint)
  return reason ? [{gate: id, ...reason}] : []
}

const reasonOf = (global: GlobalCluster, hint: string): {reason: string; hint: string} | undefined =>
  isSwitching(global)
    ? {reason: `a switch is in progress: the global database is ${global.failover!.status}`, hint}
    : undefined
