import {isSwitching} from '../model/topology.js'
import type {Gate, Refusal} from '../model/gate.js'
import type {GlobalCluster} from '../model/observation.js'

const id = 'no-switch-in-progress'

/** Refuses a second switch on top of a first: two of them in opposite directions end where nobody wanted to go. */
export const noSwitchInProgress: Gate = {
  id,
  check: ({observation: {global}}) =>
    global.reachable
      ? reasonOf(global.value, 'todo-dr resume continues it; todo-dr status shows its state')
      : undefined,
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
