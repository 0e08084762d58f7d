import {Fleet} from '../../database/fleet.js'
import {MariaDbEngine} from '../../database/mariadb/engine.js'
import type {DatabaseStatus, Lab, Offers, Operation, Service, TaggedResource} from '../../kernel.js'
import {failoverOperations} from './cluster-failover.js'
import {clusterOperations, showCluster} from './clusters.js'
import {connectionOf} from './connection.js'
import {engineVersionOperations} from './engine-versions.js'
import {withFilters} from './filters.js'
import {withRanges} from './ranges.js'
import {EventLog} from './events.js'
import {globalClusterOperations} from './global-clusters.js'
import {parameterGroupOperations, subnetGroupOperations} from './groups.js'
import {instanceOperations} from './instances.js'
import {certificateNames} from './names.js'
import {proxyOperations} from './proxies.js'
import {newProxyShelf} from './proxy-store.js'
import {proxyTargetOperations} from './proxy-targets.js'
import {accountOperations, PROXIES, SNAPSHOTS} from './quotas.js'
import {Rejoining} from './rejoining.js'
import {snapshotOperations} from './snapshots.js'
import {Store, type ClusterRecord, type Rds} from './store.js'
import {Switching} from './switching.js'
import {tagOperations} from './tags.js'
import {obeyFaults} from './weather.js'
import {api} from './api.js'

type Provides = Offers['rds']

/** RDS: Aurora MySQL clusters, their global database, and RDS Proxy, over real MariaDB servers. */
export class RdsService implements Provides, Service {
  readonly api = api
  readonly quotas = [PROXIES, SNAPSHOTS]
  readonly operations: Record<string, Operation>
  private readonly rds: Rds

  constructor(lab: Lab) {
    const fleet = new Fleet(lab, new MariaDbEngine(lab, (region) => certificateNames(lab.name, region)))
    this.rds = {lab, fleet, store: new Store(), events: new EventLog(() => lab.now())}
    const proxies = newProxyShelf()
    const rejoining = new Rejoining(this.rds)
    const all = {
      ...clusterOperations(this.rds),
      ...failoverOperations(this.rds, (cluster) => showCluster(this.rds, cluster)),
      ...instanceOperations(this.rds),
      ...globalClusterOperations(this.rds, new Switching(this.rds, rejoining)),
      ...parameterGroupOperations(this.rds),
      ...subnetGroupOperations(this.rds),
      ...proxyOperations(this.rds, proxies),
      ...proxyTargetOperations(this.rds, proxies),
      ...snapshotOperations(this.rds),
      ...accountOperations(this.rds),
      ...engineVersionOperations,
      ...tagOperations(this.rds),
      ...this.rds.events.operations,
    }
    this.operations = withRanges(withFilters(all))
    obeyFaults(this.rds, rejoining)
  }

  /** A global cluster is listed where it was made: its ARN names no region. */
  tagged(region: string): TaggedResource[] {
    const {tags, globals} = this.rds.store
    const here = new Set([...globals.values()].filter((global) => global.region === region).map(({arn}) => arn))
    return [...tags]
      .filter(([arn]) => here.has(arn) || arn.split(':')[3] === region)
      .map(([arn, own]) => ({arn, tags: own}))
  }

  /** Finds or fetches MariaDB before the first cluster needs it. Throws `MariaDbUnavailable`. */
  async prepare(onProgress?: (text: string) => void): Promise<void> {
    await this.rds.fleet.engine.prepare(onProgress)
  }

  /** The region's database, or undefined where the region has none. */
  databaseStatus(region: string): DatabaseStatus | undefined {
    const {admin} = this.rds.fleet.engine
    const cluster = this.clusterOf(region)
    if (!admin || !cluster) return undefined
    const {port = 0, pid} = cluster.database
    const {user, passwordFile} = admin
    const name = cluster.databaseName ?? this.rds.store.globalOf(cluster)?.databaseName ?? ''
    return {host: '127.0.0.1', port, user, passwordFile, name, pids: pid === undefined ? [] : [pid]}
  }

  /** The names of CloudFormation, as the secret's attachment has them. */
  connection(type: string, physicalId: string, region: string): Promise<object> | undefined {
    return connectionOf(this.rds.lab, type, physicalId, region)
  }

  /** Ids of events that `DescribeEvents` does not show, with their texts. */
  eventHistory(region: string): {eventId: string; message: string}[] {
    return this.rds.events.history(region)
  }

  /** A member of a global database before any other cluster of the region. */
  private clusterOf(region: string): ClusterRecord | undefined {
    const {store} = this.rds
    const clusters = store.clusters.inRegion(region)
    return clusters.find((cluster) => store.globalOf(cluster)) ?? clusters[0]
  }
}
