import {servesNobody, withoutInstance} from '../model/database-status.js'
import type {Gate} from '../model/gate.js'

/**
 * Refuses a headless target: a cluster without an instance that can serve can be promoted, and then nobody is served. An instance
 * that is being backed up or changed is no such case. A failback waits for the instance of a home region that is being rebuilt.
 */
export const targetHasInstance: Gate = {
  id: 'target-has-instance',
  intents: ['switchover', 'failover'],
  check({to, observation}) {
    const side = observation.regions[to]
    if (!side?.cluster.reachable || !servesNobody(side.cluster.value, side.api)) return
    return {
      reason: withoutInstance(to, side.cluster.value),
      hint: 'add an instance, or wait until the existing one can serve',
    }
  },
}
