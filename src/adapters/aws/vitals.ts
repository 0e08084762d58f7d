/** What `health` asks of AWS beside the observation. It only reads. */

import {servingFunctions} from '../../model/deployment.js'
import type {Deployment, Region} from '../../model/deployment.js'
import {regionOf} from '../../model/regions.js'
import type {CallOptions} from '../../ports/call.js'
import type {Used} from '../../ports/used.js'
import type {
  AlarmVitals,
  Denials,
  DistributionVitals,
  FunctionVitals,
  Peak,
  ScheduleVitals,
  SecretVitals,
  Trouble,
  Vitals,
  Wanted,
} from '../../ports/vitals.js'
import type {Clients} from './clients.js'
import {isFault} from './errors.js'
import {peakOf, troubleOf} from './metrics.js'
import {clusterSnapshots, concurrencyLimit, requestRate} from './quotas.js'
import {isDisabled, rulesCalling} from './rules.js'
import {simulate} from './simulate.js'

/** The most that one answer holds (CloudWatch API, DescribeAlarms; Secrets Manager API, ListSecrets). */
const PAGE = 100

export class AwsVitals implements Vitals {
  constructor(
    private readonly clients: Clients,
    private readonly deployment: Deployment,
  ) {}

  functions(region: Region, options: CallOptions = {}): Promise<FunctionVitals[]> {
    return Promise.all(this.#functions(region).map((name) => this.#function(region, name, options)))
  }

  concurrencyLimit(region: Region, options: CallOptions = {}): Promise<number> {
    return concurrencyLimit(this.clients, region, options)
  }

  requestRate(region: Region, options: CallOptions = {}): Promise<number | undefined> {
    return requestRate(this.clients, region, options)
  }

  clusterSnapshots(region: Region, options: CallOptions = {}): Promise<Used | undefined> {
    return clusterSnapshots(this.clients, region, options)
  }

  async proxySubnets(region: Region, options: CallOptions = {}): Promise<string[]> {
    const {proxyName: DBProxyName} = regionOf(this.deployment, region)
    const {DBProxies = []} = await this.clients.call('rds', region, 'DescribeDBProxies', {DBProxyName}, options)
    return DBProxies[0]?.VpcSubnetIds ?? []
  }

  trouble(region: Region, options: CallOptions = {}): Promise<Trouble> {
    return troubleOf(this.clients, region, this.#functions(region), options)
  }

  peak(region: Region, options: CallOptions = {}): Promise<Peak> {
    // RDS keeps identifiers in lower case, and metrics have them so.
    return peakOf(this.clients, region, regionOf(this.deployment, region).clusterId.toLowerCase(), options)
  }

  async schedules(region: Region, options: CallOptions = {}): Promise<ScheduleVitals[]> {
    const {authorizer, readers} = regionOf(this.deployment, region).functions
    const asked = {clients: this.clients, deployment: this.deployment, region, options}
    const all = new Map<string, ScheduleVitals>()
    const lookAt = async (name: string): Promise<void> => {
      for (const rule of await rulesCalling(asked, name)) {
        const {Name = ''} = rule
        const functions = [...(all.get(Name)?.functions ?? []), name]
        all.set(Name, {name: Name, on: !isDisabled(rule), functions})
      }
    }

    await Promise.all([authorizer, readers[0]].flatMap((name) => (name === undefined ? [] : [lookAt(name)])))
    return [...all.values()]
  }

  async alarms(region: Region, options: CallOptions = {}): Promise<AlarmVitals[]> {
    const prefix = `${this.deployment.app.toLowerCase()}-${region}-`
    const page = {AlarmNamePrefix: prefix, MaxRecords: PAGE}
    const {MetricAlarms = []} = await this.clients.call('cloudwatch', region, 'DescribeAlarms', page, options)
    return MetricAlarms.map(({AlarmName: name = '', StateValue: state = '', StateReason: reason}) => ({
      name,
      state,
      reason,
    }))
  }

  async secrets(region: Region, options: CallOptions = {}): Promise<SecretVitals[]> {
    const {app} = this.deployment
    // A filter by name takes what begins with it (Secrets Manager API, Filter).
    const page = {Filters: [{Key: 'name' as const, Values: [`${app}/`]}], MaxResults: PAGE}
    const {SecretList = []} = await this.clients.call('secretsmanager', region, 'ListSecrets', page, options)
    return Promise.all(
      SecretList.map(async ({Name: name = '', PrimaryRegion: origin, SecretVersionsToStages: versions = {}}) => ({
        name,
        version: Object.entries(versions).find(([, stages]) => stages.includes('AWSCURRENT'))?.[0],
        // Only an original knows its copies.
        replicas: origin === region ? await this.#replicas(region, name, options) : [],
      })),
    )
  }

  async distribution(options: CallOptions = {}): Promise<DistributionVitals> {
    const {distributionId: Id} = this.deployment.edge
    const {Distribution} = await this.clients.call('cloudfront', '', 'GetDistribution', {Id}, options)
    const {Enabled, Origins} = Distribution?.DistributionConfig ?? {}
    const origins = (Origins?.Items ?? []).map(({Id: id = '', DomainName: host = ''}) => [id, host])
    return {status: Distribution?.Status ?? '', enabled: Enabled === true, origins: Object.fromEntries(origins)}
  }

  denied(principal: string, wanted: readonly Wanted[], options: CallOptions = {}): Promise<Denials> {
    return simulate(this.clients, principal, wanted, options)
  }

  async #function(region: Region, name: string, options: CallOptions): Promise<FunctionVitals> {
    try {
      return await this.#described(region, name, options)
    } catch (error) {
      if (isFault(error, 'ResourceNotFoundException')) return {name, state: 'Missing', subnets: []}
      throw error
    }
  }

  async #described(region: Region, name: string, options: CallOptions): Promise<FunctionVitals> {
    const answer = await this.clients.call('lambda', region, 'GetFunction', {FunctionName: name}, options)
    const {Configuration: found = {}, Concurrency: concurrency} = answer
    return {
      name,
      state: found.State ?? '',
      update: found.LastUpdateStatus,
      reason: found.StateReason ?? found.LastUpdateStatusReason,
      reserved: concurrency?.ReservedConcurrentExecutions,
      subnets: found.VpcConfig?.SubnetIds ?? [],
    }
  }

  async #replicas(region: Region, name: string, options: CallOptions): Promise<SecretVitals['replicas']> {
    const found = await this.clients.call('secretsmanager', region, 'DescribeSecret', {SecretId: name}, options)
    return (found.ReplicationStatus ?? []).map(
      ({Region: replica = '', Status: status = '', StatusMessage: message}) => ({
        region: replica,
        status,
        message,
      }),
    )
  }

  #functions(region: Region): string[] {
    return servingFunctions(regionOf(this.deployment, region).functions)
  }
}
