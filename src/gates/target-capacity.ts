import type {Gate} from '../model/gate.js'

/**
 * Refuses a target whose database can never have as much capacity as the primary has used in the last hour: from its first minute
 * on clients would wait for an overloaded database. What was not measured, as in a region that is lost, refuses nothing.
 */
export const targetCapacity: Gate = {
  id: 'target-capacity',
  intents: ['switchover', 'failover', 'failback'],
  waiver: 'target-capacity',
  check({from, to, observation: {regions}}) {
    const cluster = regions[to]?.cluster
    const peak = from === undefined ? undefined : regions[from]?.peakAcu
    if (!cluster?.reachable || !peak?.reachable || peak.value === undefined) return
    const most = cluster.value.capacity?.max
    if (most === undefined || peak.value <= most) return
    return {
      reason: `${to} is too small: its maximum is ${most} ACU, and ${from} has used ${peak.value} ACU within the last hour`,
      hint: `raise the maximum capacity of ${cluster.value.id}; to switch all the same: --waive target-capacity=REASON`,
    }
  },
}
