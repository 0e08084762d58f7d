import type {FailoverDBClusterMessage} from '@aws-sdk/client-rds'

import {fault, type Operation} from '../../kernel.js'
import {inBackground} from './background.js'
import {notAvailable} from './cluster-rules.js'
import {instanceStatus} from './instances.js'
import {clusterReference} from './names.js'
import type {ClusterRecord, InstanceRecord, Rds} from './store.js'
import {startWanted} from './weather.js'

/**
 * FailoverDBCluster: another instance of the cluster becomes its writer, and all connections break, as all instances share one server.
 * The codes are the API's; the texts are assumed. Of events: "Amazon RDS event categories and event messages for Aurora", Aurora user guide.
 */
export function failoverOperations(rds: Rds, show: (cluster: ClusterRecord) => object): Record<string, Operation> {
  return {
    FailoverDBCluster(input: FailoverDBClusterMessage, {region}) {
      const cluster = rds.store.clusters.get(region, clusterReference(input.DBClusterIdentifier, region).id)
      if (cluster.status !== 'available') throw notAvailable(cluster)
      const global = rds.store.globalOf(cluster)
      if (global?.switching)
        throw fault('InvalidDBClusterStateFault', 'The global database is switching over or failing over.')
      if (cluster.database.role !== 'writer')
        throw fault('InvalidDBClusterStateFault', `DB cluster ${cluster.id} has no writer that could be failed over.`)
      const target = targetOf(rds, cluster, input.TargetDBInstanceIdentifier)
      begin(rds, cluster, target)
      return {DBCluster: show(cluster)}
    },
  }
}

/** The one that is named, or of those that can take over the one of the lowest tier ("Fault tolerance for an Aurora DB cluster"). */
function targetOf(rds: Rds, cluster: ClusterRecord, named: string | undefined): InstanceRecord {
  const [writer, ...readers] = cluster.instances
  const ready = readers.filter((one) => instanceStatus(cluster, one) === 'available')
  if (named === undefined) {
    const [first] = ready.sort((left, right) => left.promotionTier - right.promotionTier)
    if (!first)
      throw fault('InvalidDBClusterStateFault', `DB cluster ${cluster.id} has no available reader to fail over to.`)
    return first
  }

  const instance = rds.store.instances.get(cluster.region, named)
  const isReader = instance !== writer && ready.includes(instance)
  if (!isReader)
    throw fault('InvalidDBInstanceState', `Instance ${instance.id} is not an available reader of ${cluster.id}.`)
  return instance
}

function begin(rds: Rds, cluster: ClusterRecord, target: InstanceRecord): void {
  const {events, lab} = rds
  const [writer] = cluster.instances
  const about = {...cluster, type: 'db-cluster' as const, category: 'failover'}
  const isNear = writer?.availabilityZone === target.availabilityZone
  cluster.status = 'failing-over'
  events.add(
    about,
    isNear ? '0072' : '0073',
    `Started ${isNear ? 'same' : 'cross'} AZ failover to DB instance: ${target.id}.`,
  )
  inBackground(lab, `failing over ${cluster.id}`, async () => {
    try {
      await cluster.database.stop()
      cluster.instances = [target, ...cluster.instances.filter((one) => one !== target)]
      await startWanted(rds, cluster)
      events.add(about, '0071', `Completed failover to DB instance: ${target.id}.`)
    } finally {
      cluster.status = 'available'
    }
  })
}
