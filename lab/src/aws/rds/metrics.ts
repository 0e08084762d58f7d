import {availableParallelism} from 'node:os'

import type {Observer} from '../../database/cluster-database.js'
import type {Load} from '../../database/engine.js'
import {metricsOf, type Dimensions, type Unit} from '../../metrics.js'
import type {ClusterRecord, Rds} from './store.js'

const NAMESPACE = 'AWS/RDS'
/**
 * An assumption: an Aurora capacity unit is about 2 GiB of memory "with corresponding CPU" (Aurora user guide, "Aurora Serverless v2
 * capacity"), and an r6g instance has a processor for each 8 GiB. So a unit is a quarter of a processor.
 */
const PROCESSORS_A_UNIT = 0.25
/** Capacity comes in such steps (Aurora user guide). */
const UNIT_STEP = 0.5
/** An assumption: it falls by so many units a second at the most. It rises at once. */
const UNITS_DOWN_A_SECOND = 0.5

/**
 * What one cluster's server measures, as AWS/RDS publishes it. Names, units and dimensions: "Amazon CloudWatch metrics for Amazon
 * Aurora" and "Dimensions for Aurora metrics", Aurora user guide. The instances of a cluster share one server, and each of them
 * reports it.
 */
export class ClusterMetrics implements Observer {
  private last: {at: number; processorSeconds: number} | undefined
  private capacity = 0

  constructor(
    private readonly rds: Rds,
    private readonly region: string,
    private readonly clusterId: string,
  ) {}

  /** Milliseconds; reported by secondaries only, with and without the region of the primary. */
  lag(lagMs: number, SourceRegion: string): void {
    const DBClusterIdentifier = this.clusterId
    const sets: Dimensions[] = [{DBClusterIdentifier}, {DBClusterIdentifier, SourceRegion}]
    for (const dimensions of sets) this.series('AuroraGlobalDBRPOLag', dimensions, 'Milliseconds').add(lagMs)
  }

  /** Nothing is reported of what is not available: an instance that is made, or a volume that is being rebuilt. */
  load({connections, processorSeconds}: Load): void {
    const cluster = this.rds.store.clusters.find(this.region, this.clusterId)
    if (!cluster || cluster.database.role === 'rebuilding') return
    const available = cluster.instances.filter(({status}) => status === 'available')
    if (available.length === 0) return
    const busy = this.busyProcessors(processorSeconds)
    this.publish(cluster, 'DatabaseConnections', connections, 'Count')
    if (available.every(({instanceClass}) => instanceClass !== 'db.serverless')) {
      if (busy !== undefined)
        this.publish(cluster, 'CPUUtilization', Math.min(100, (busy / availableParallelism()) * 100), 'Percent')
      return
    }

    const {MinCapacity: least = 0.5, MaxCapacity: most = 1} = cluster.serverless ?? {}
    if (busy !== undefined) {
      const share = Math.min(1, busy / PROCESSORS_A_UNIT / most)
      this.publish(cluster, 'CPUUtilization', share * 100, 'Percent')
    }
    const units = this.units(busy ?? 0, least, most)
    this.publish(cluster, 'ServerlessDatabaseCapacity', units, 'Count')
    this.publish(cluster, 'ACUUtilization', (units / most) * 100, 'Percent')
  }

  /** Since the last measurement; undefined for the first of a server. */
  private busyProcessors(processorSeconds: number | undefined): number | undefined {
    const {last} = this
    const at = performance.now()
    this.last = processorSeconds === undefined ? undefined : {at, processorSeconds}
    // Less than before: another server.
    if (!last || processorSeconds === undefined || processorSeconds < last.processorSeconds) return undefined
    return ((processorSeconds - last.processorSeconds) / (at - last.at)) * 1000
  }

  /** What the load needs, between the limits of the cluster. */
  private units(busy: number, least: number, most: number): number {
    const needed = Math.ceil(busy / PROCESSORS_A_UNIT / UNIT_STEP) * UNIT_STEP
    this.capacity = Math.min(most, Math.max(least, needed, this.capacity - UNITS_DOWN_A_SECOND))
    return this.capacity
  }

  private publish({id, instances, database}: ClusterRecord, name: string, value: number, unit: Unit): void {
    const DBClusterIdentifier = id
    // A secondary of a global database has readers only; so do the instances behind the first one of a primary. That whoever measures
    // learns of a promotion as late as the proxies do is assumed.
    const roles = database.isKnownWriter(this.rds.lab.profile.proxyMs)
      ? ['WRITER', ...(instances.length > 1 ? ['READER'] : [])]
      : ['READER']
    const sets: Dimensions[] = [
      {DBClusterIdentifier},
      ...roles.map((Role) => ({DBClusterIdentifier, Role})),
      ...instances.map((instance) => ({DBInstanceIdentifier: instance.id})),
    ]
    for (const dimensions of sets) this.series(name, dimensions, unit).add(value)
  }

  private series(name: string, dimensions: Dimensions, unit: Unit) {
    return metricsOf(this.rds.lab).series(this.region, NAMESPACE, name, dimensions, unit)
  }
}
