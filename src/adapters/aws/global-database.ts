/** The Aurora global database over RDS and CloudWatch. */

import type {DBCluster, GlobalCluster as RdsGlobalCluster, GlobalClusterMember} from '@aws-sdk/client-rds'
import {DrError} from '../../errors.js'
import type {Deployment, Region} from '../../model/deployment.js'
import {otherRegion, regionOf} from '../../model/regions.js'
import type {Cluster, GlobalCluster, GlobalMember, ProxyHealth} from '../../model/observation.js'
import type {CallOptions, GlobalDatabase} from '../../ports/world.js'
import {regionOfArn} from './arn.js'
import type {Clients} from './clients.js'

/** A datum older than this says nothing about now. */
const LAG_WINDOW_MS = 5 * 60_000
/** CloudWatch's finest period of metrics with regular resolution, which those of RDS are (CloudWatch API reference). */
const AWS_LAG_PERIOD_SECONDS = 60

export class AwsGlobalDatabase implements GlobalDatabase {
  readonly #clients: Clients
  readonly #deployment: Deployment
  readonly #lagPeriodSeconds: number

  constructor(clients: Clients, deployment: Deployment, lagPeriodSeconds = AWS_LAG_PERIOD_SECONDS) {
    this.#clients = clients
    this.#deployment = deployment
    this.#lagPeriodSeconds = lagPeriodSeconds
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
    return {
      id: clusterId,
      arn: cluster.DBClusterArn ?? '',
      status: cluster.Status ?? 'unknown',
      availableInstances: (instances.DBInstances ?? []).filter(
        ({DBInstanceStatus, DBClusterIdentifier}) =>
          DBInstanceStatus === 'available' && DBClusterIdentifier === clusterId,
      ).length,
    }
  }

  async proxy(region: Region, options: CallOptions = {}): Promise<ProxyHealth> {
    const {proxyName: DBProxyName} = regionOf(this.#deployment, region)
    const answer = await this.#clients.call('rds', region, 'DescribeDBProxyTargets', {DBProxyName}, options)
    // The tracked cluster is listed as a target without a health of its own.
    const healths = (answer.Targets ?? []).flatMap(({TargetHealth}) => TargetHealth ?? [])
    const ill = healths.filter(({State}) => State !== 'AVAILABLE')
    return {
      available: healths.length - ill.length,
      unavailable: ill.length,
      reason: ill[0]?.Description ?? ill[0]?.Reason,
    }
  }

  /**
   * AWS may answer an opaque `InternalFailure` although the switchover has begun (aws-sdk issue 822): it comes out with
   * that code, and who calls reads the state again before trying again.
   */
  async switchover(primary: Region, target: Region, options: CallOptions = {}): Promise<number> {
    const [promotion, once] = [this.#promotion(target), {...options, once: true}]
    return this.#clients.call('rds', primary, 'SwitchoverGlobalCluster', promotion, once, instant)
  }

  async failover(target: Region, options: CallOptions = {}): Promise<number> {
    // Without AllowDataLoss the same call is a switchover, which a real outage refuses (RDS API reference).
    const promotion = {...this.#promotion(target), AllowDataLoss: true}
    return this.#clients.call('rds', target, 'FailoverGlobalCluster', promotion, {...options, once: true}, instant)
  }

  /**
   * By RDS-EVENT-0186 and 0187 (switchover cancelled, failed) and 0239 (failover failed) of the target's cluster. The API gives
   * the text of an event and not its number (Aurora user guide, event messages; RDS API reference, Event).
   */
  async givenUp(target: Region, since: number, options: CallOptions = {}): Promise<string | undefined> {
    const question = {
      SourceType: 'db-cluster' as const,
      SourceIdentifier: this.#clusterId(target),
      StartTime: new Date(since),
    }
    const {Events = []} = await this.#clients.call('rds', target, 'DescribeEvents', question, options)
    const given = Events.findLast(
      ({Message, Date: at}) =>
        (at?.getTime() ?? 0) >= since &&
        /^Global (switchover|failover) to .* (is cancelled|failed)/.test(Message ?? ''),
    )
    return given?.Message
  }

  /**
   * `AuroraGlobalDBRPOLag` in milliseconds is reported by secondaries only. AWS lists it by cluster and by cluster and
   * source region without saying which an account has, so both are asked for and the newest datum counts.
   */
  async lagSeconds(region: Region, options: CallOptions = {}): Promise<number | undefined> {
    const now = Date.now()
    const byCluster = {Name: 'DBClusterIdentifier', Value: this.#clusterId(region)}
    const bySource = {Name: 'SourceRegion', Value: otherRegion(this.#deployment, region)}
    const question = {
      StartTime: new Date(now - LAG_WINDOW_MS),
      // The window's end is exclusive.
      EndTime: new Date(now + this.#lagPeriodSeconds * 1000),
      ScanBy: 'TimestampDescending' as const,
      MetricDataQueries: [[byCluster], [byCluster, bySource]].map((dimensions, index) => ({
        Id: `lag${index}`,
        MetricStat: {
          Metric: {Namespace: 'AWS/RDS', MetricName: 'AuroraGlobalDBRPOLag', Dimensions: dimensions},
          Period: this.#lagPeriodSeconds,
          Stat: 'Maximum',
        },
      })),
    }
    const answer = await this.#clients.call('cloudwatch', region, 'GetMetricData', question, options)
    const data = (answer.MetricDataResults ?? []).flatMap(({Timestamps = [], Values = []}) =>
      Values.map((milliseconds, index) => ({milliseconds, at: Timestamps[index]?.getTime() ?? 0})),
    )
    const newest = data.sort((one, other) => other.at - one.at)[0]
    return newest && newest.milliseconds / 1000
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

const instant = async (_answer: unknown, serverTime: number): Promise<number> => serverTime

/** @throws `NotFound` where AWS answers with an empty list instead of a fault. */
function first<T>(list: T[] | undefined, what: string): T {
  const [found] = list ?? []
  if (found !== undefined) return found
  throw new DrError({code: 'NotFound', exit: 'failed', what: `AWS has no ${what}`, next: 'todo-dr status'})
}

function toGlobalCluster(found: RdsGlobalCluster): GlobalCluster {
  const {FailoverState: state} = found
  return {
    id: found.GlobalClusterIdentifier ?? '',
    status: found.Status ?? 'unknown',
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
