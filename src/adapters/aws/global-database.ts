/** The Aurora global database over RDS and CloudWatch. */

import type {DBCluster, DBInstance, GlobalCluster as RdsGlobalCluster, GlobalClusterMember} from '@aws-sdk/client-rds'
import {DrError} from '../../errors.js'
import type {Deployment, Region} from '../../model/deployment.js'
import type {UpgradeTarget} from '../../model/engine-version.js'
import {otherRegion, regionNames, regionOf} from '../../model/regions.js'
import type {Cluster, ClusterDetails, GlobalCluster, GlobalMember, Lag, ProxyHealth} from '../../model/observation.js'
import type {Accepted, CallOptions, GlobalDatabase, RdsEvent} from '../../ports/world.js'
import {regionOfArn} from './arn.js'
import {capacityOf} from './capacity.js'
import type {Clients} from './clients.js'
import {askMetrics, dataOf} from './metrics.js'

const ENGINE = 'aurora-mysql'
/** A datum older than this says nothing about now. */
const LAG_WINDOW_MS = 5 * 60_000
/** CloudWatch's finest period of metrics with regular resolution, which those of RDS are (CloudWatch API reference). */
const AWS_LAG_PERIOD_SECONDS = 60

/** A promotion is sent once: even a no may mean an earlier sending. */
const PROMOTION = {once: true}

export class AwsGlobalDatabase implements GlobalDatabase {
  readonly #clients: Clients
  readonly #deployment: Deployment
  readonly #lagPeriodSeconds: number

  constructor(clients: Clients, deployment: Deployment, lagPeriodSeconds = AWS_LAG_PERIOD_SECONDS) {
    this.#clients = clients
    this.#deployment = deployment
    this.#lagPeriodSeconds = lagPeriodSeconds
  }

  now(): number {
    return this.#clients.now()
  }

  async describe(via: Region, options: CallOptions = {}): Promise<GlobalCluster> {
    const {globalClusterId: GlobalClusterIdentifier} = this.#deployment
    const answer = await this.#clients.call('rds', via, 'DescribeGlobalClusters', {GlobalClusterIdentifier}, options)
    return toGlobalCluster(first(answer.GlobalClusters, `global cluster ${this.#deployment.globalClusterId}`))
  }

  async cluster(region: Region, options: CallOptions = {}): Promise<Cluster> {
    const clusterId = this.#clusterId(region)
    const ofCluster = [{Name: 'db-cluster-id', Values: [clusterId]}]
    const [clusters, instances] = await Promise.all([
      this.#clients.call('rds', region, 'DescribeDBClusters', {DBClusterIdentifier: clusterId}, options),
      this.#clients.call('rds', region, 'DescribeDBInstances', {Filters: ofCluster}, options),
    ])
    const cluster: DBCluster = first(clusters.DBClusters, `cluster ${clusterId}`)
    const own = (instances.DBInstances ?? []).filter(({DBClusterIdentifier}) => DBClusterIdentifier === clusterId)
    return {
      id: clusterId,
      arn: cluster.DBClusterArn ?? '',
      status: cluster.Status ?? 'unknown',
      instances: own.map(({DBInstanceStatus}) => DBInstanceStatus ?? 'unknown'),
      engineVersion: cluster.EngineVersion,
      ...capacityOf(cluster),
      details: toDetails(cluster, own),
    }
  }

  async proxy(region: Region, options: CallOptions = {}): Promise<ProxyHealth> {
    const {proxyName: DBProxyName} = regionOf(this.#deployment, region)
    const answer = await this.#clients.call('rds', region, 'DescribeDBProxyTargets', {DBProxyName}, options)
    // The tracked cluster is listed as a target without a health of its own.
    const targets = answer.Targets ?? []
    const healths = targets.flatMap(({TargetHealth}) => TargetHealth ?? [])
    const ill = healths.filter(({State}) => State !== 'AVAILABLE')
    return {
      available: healths.length - ill.length,
      unavailable: ill.length,
      writable: targets.filter(({Role, TargetHealth}) => Role === 'READ_WRITE' && TargetHealth?.State === 'AVAILABLE')
        .length,
      authFailed: ill.some(({Reason}) => Reason === 'AUTH_FAILURE'),
      reason: ill[0]?.Description ?? ill[0]?.Reason,
    }
  }

  /**
   * AWS may answer an opaque `InternalFailure` although the switchover has begun (aws-sdk issue 822): it comes out with
   * that code, and who calls reads the state again before trying again.
   */
  async switchover(primary: Region, target: Region, options: CallOptions = {}): Promise<Accepted> {
    const promotion = this.#promotion(target)
    return this.#clients.call(
      'rds',
      primary,
      'SwitchoverGlobalCluster',
      promotion,
      {...options, ...PROMOTION},
      accepted,
    )
  }

  async failover(target: Region, options: CallOptions = {}): Promise<Accepted> {
    // Without AllowDataLoss the same call is a switchover, which a real outage refuses (RDS API reference).
    const promotion = {...this.#promotion(target), AllowDataLoss: true}
    return this.#clients.call('rds', target, 'FailoverGlobalCluster', promotion, {...options, ...PROMOTION}, accepted)
  }

  async upgrade(region: Region, EngineVersion: string, options: CallOptions = {}): Promise<void> {
    const change = {DBClusterIdentifier: this.#clusterId(region), EngineVersion, ApplyImmediately: true}
    await this.#clients.call('rds', region, 'ModifyDBCluster', change, {...options, once: true})
  }

  async upgradeTargets(region: Region, version: string, options: CallOptions = {}): Promise<UpgradeTarget[]> {
    const question = {Engine: ENGINE, EngineVersion: version}
    const {DBEngineVersions = []} = await this.#clients.call(
      'rds',
      region,
      'DescribeDBEngineVersions',
      question,
      options,
    )
    return (DBEngineVersions[0]?.ValidUpgradeTarget ?? []).map((target) => ({
      version: target.EngineVersion ?? '',
      isMajor: target.IsMajorVersionUpgrade === true,
    }))
  }

  /**
   * By RDS-EVENT-0186 and 0187 (switchover cancelled, failed) and 0239 (failover failed), told of either cluster. The API gives
   * the text of an event and not its number (Aurora user guide, event messages; RDS API reference, Event).
   */
  async givenUp(target: Region, since: number, options: CallOptions = {}): Promise<string | undefined> {
    const asked = await Promise.allSettled(
      regionNames(this.#deployment).map((via) => this.#givenUpIn(via, target, since, options)),
    )
    for (const answer of asked) if (answer.status === 'fulfilled' && answer.value !== undefined) return answer.value
    const silent = asked.find((answer) => answer.status === 'rejected')
    if (silent && asked.every(({status}) => status === 'rejected')) throw silent.reason
    return undefined
  }

  async #givenUpIn(via: Region, target: Region, since: number, options: CallOptions): Promise<string | undefined> {
    const question = {
      SourceType: 'db-cluster' as const,
      SourceIdentifier: this.#clusterId(via),
      StartTime: new Date(since),
    }
    const {Events = []} = await this.#clients.call('rds', via, 'DescribeEvents', question, options)
    return Events.map(({Message = '', Date: at}) => ({text: Message, at: at?.getTime() ?? 0}))
      .filter(({text, at}) => at >= since && /^Global (switchover|failover) to .* (is cancelled|failed)/.test(text))
      .findLast(({text}) => text.includes(this.#clusterId(target)))?.text
  }

  /** Events of instances and of clusters alike (Aurora user guide, "Amazon RDS event categories and event messages for Aurora"). */
  async failoverEvents(via: Region, since: number, options: CallOptions = {}): Promise<RdsEvent[]> {
    const {Events = []} = await this.#clients.call('rds', via, 'DescribeEvents', {StartTime: new Date(since)}, options)
    return Events.flatMap(({Date: at, Message: text = ''}) =>
      /block writes|resynchronizing members/.test(text) ? [{at: at?.getTime() ?? 0, text}] : [],
    )
  }

  /**
   * `AuroraGlobalDBRPOLag` in milliseconds is reported by secondaries only. AWS lists it by cluster and by cluster and
   * source region without saying which an account has, so both are asked for and the newest datum counts.
   */
  async lag(region: Region, options: CallOptions = {}): Promise<Lag | undefined> {
    const byCluster: [string, string] = ['DBClusterIdentifier', this.#clusterId(region)]
    const bySource: [string, string] = ['SourceRegion', otherRegion(this.#deployment, region)]
    const results = await askMetrics(
      this.#clients,
      region,
      [[byCluster], [byCluster, bySource]].map((dimensions, index) => ({
        id: `lag${index}`,
        namespace: 'AWS/RDS',
        metric: 'AuroraGlobalDBRPOLag',
        dimensions,
        stat: 'Maximum' as const,
      })),
      {spanMs: LAG_WINDOW_MS, periodSeconds: this.#lagPeriodSeconds},
      options,
    )
    const newest = dataOf(results).sort((one, other) => other.at - one.at)[0]
    return newest && {seconds: newest.value / 1000, at: newest.at, periodSeconds: this.#lagPeriodSeconds}
  }

  #promotion(target: Region) {
    return {
      GlobalClusterIdentifier: this.#deployment.globalClusterId,
      TargetDbClusterIdentifier: regionOf(this.#deployment, target).clusterArn,
    }
  }

  /** RDS keeps identifiers in lower case, however they were typed, and answers and metrics have them so. */
  #clusterId(region: Region): string {
    return regionOf(this.#deployment, region).clusterId.toLowerCase()
  }
}

async function accepted({GlobalCluster: told}: {GlobalCluster?: RdsGlobalCluster}, at: number): Promise<Accepted> {
  const status = told?.FailoverState?.Status
  return status ? {at, status} : {at}
}

/** @throws `NotFound` where AWS answers with an empty list instead of a fault. */
function first<T>(list: T[] | undefined, what: string): T {
  const [found] = list ?? []
  if (found !== undefined) return found
  throw new DrError({code: 'NotFound', exit: 'failed', what: `AWS has no ${what}`, next: 'todo-dr status'})
}

function toDetails(cluster: DBCluster, instances: DBInstance[]): ClusterDetails {
  const {DBClusterMembers: members = []} = cluster
  const writer = members.find(({IsClusterWriter}) => IsClusterWriter)?.DBInstanceIdentifier
  return {
    pendingVersion: cluster.PendingModifiedValues?.EngineVersion,
    backupDays: cluster.BackupRetentionPeriod,
    instances: instances.map(({DBInstanceIdentifier: id = '', DBInstanceStatus, DBInstanceClass, ...more}) => ({
      id,
      status: DBInstanceStatus ?? 'unknown',
      instanceClass: DBInstanceClass ?? 'unknown',
      isWriter: id === writer,
      upgradesItself: more.AutoMinorVersionUpgrade === true,
    })),
  }
}

function toGlobalCluster(found: RdsGlobalCluster): GlobalCluster {
  const {FailoverState: state} = found
  return {
    id: found.GlobalClusterIdentifier ?? '',
    status: found.Status ?? 'unknown',
    engineVersion: found.EngineVersion,
    // AWS leaves the state in place, empty, when nothing is under way.
    ...(state?.Status && {
      failover: {
        status: state.Status,
        fromArn: state.FromDbClusterArn,
        toArn: state.ToDbClusterArn,
        dataLossAllowed: state.IsDataLossAllowed,
      },
    }),
    members: (found.GlobalClusterMembers ?? []).map((member) => toMember(member)),
  }
}

function toMember({DBClusterArn = '', IsWriter = false, SynchronizationStatus}: GlobalClusterMember): GlobalMember {
  return {
    region: regionOfArn(DBClusterArn),
    clusterArn: DBClusterArn,
    isWriter: IsWriter,
    ...(!IsWriter && SynchronizationStatus && {synchronization: SynchronizationStatus}),
  }
}
