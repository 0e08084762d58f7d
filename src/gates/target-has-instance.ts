import type {Gate} from '../model/gate.js'

/**
 * Refuses a headless target: a cluster without an instance can be promoted and then serves nobody. A failback waits for
 * the instance of a home region that is being rebuilt.
 */
export const targetHasInstance: Gate = {
  id: 'target-has-instance',
  intents: ['switchover', 'failover'],
  check({to, observation}) {
    const cluster = observation.regions[to]?.cluster
    if (!cluster?.reachable || cluster.value.availableInstances > 0) return
    return {
      reason: `the cluster in ${to} has no available instance (its status is "${cluster.value.status}")`,
      hint: 'add an instance, or wait until the existing one is available',
    }
  },
}
