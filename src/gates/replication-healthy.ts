import {shortSeconds} from '../model/duration.js'
import {STALLED_LAG_SECONDS, isConnected, lagOf} from '../model/topology.js'
import type {Gate} from '../model/gate.js'

/**
 * Refuses a planned switch while replication is stalled: it would first fence the writers and then wait for a standby
 * that does not come closer, and clients would be down for nothing. A failback waits for a standby that is being
 * rebuilt or catches up, so that only a connected one that is far behind stops it.
 */
export const replicationHealthy: Gate = {
  id: 'replication-healthy',
  check({intent, to, observation, maxLagSeconds}) {
    if (intent === 'failover' || !observation.global.reachable) return
    const member = observation.global.value.members.find((one) => one.region === to)
    const connected = member !== undefined && isConnected(member.synchronization)
    const hint = 'todo-dr status shows when it has caught up; try again then'
    if (!connected) {
      if (intent === 'failback') return
      return {
        reason: `replication to ${to} is stalled: ${member ? `the member is ${member.synchronization}` : 'it is not a member'}`,
        hint,
      }
    }

    const lag = lagOf(observation, to)
    const limit = intent === 'failback' ? Math.max(maxLagSeconds, STALLED_LAG_SECONDS) : maxLagSeconds
    if (lag !== undefined && lag > limit)
      return {
        reason: `replication to ${to} is stalled: it is ${shortSeconds(lag)} behind; the limit is ${limit} s`,
        hint,
      }
  },
}
