import {isSwitching} from '../model/topology.js'
import type {Gate} from '../model/gate.js'

/** Refuses a second switch on top of a first: two of them in opposite directions end where nobody wanted to go. */
export const noSwitchInProgress: Gate = {
  id: 'no-switch-in-progress',
  check({observation: {global}}) {
    if (!global.reachable || !isSwitching(global.value)) return
    return {
      reason: `a switch is under way: the global database is ${global.value.failover!.status}`,
      hint: 'todo-dr resume goes on with it; todo-dr status shows how far it is',
    }
  },
}
