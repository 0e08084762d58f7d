import type {Gate} from '../model/gate.js'

/**
 * Refuses a planned switch that the route could not follow: clients would be sent to a region that no longer writes. A
 * failover is not refused: its clients are down already, and a promoted database can be reached past the edge.
 */
export const edgeSteerable: Gate = {
  id: 'edge-steerable',
  intents: ['switchover', 'failback', 'steer'],
  check({observation: {edge}}) {
    if (edge.reachable) return
    return {
      reason: `the route cannot be steered: ${edge.reason}`,
      hint: 'try again when it answers; check with todo-dr status',
    }
  },
}
