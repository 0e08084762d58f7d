/**
 * The capacity range of the clusters, over RDS and CloudWatch. What the minimum was raised from is remembered as a tag of the
 * cluster: it outlives the operator's machine, and comes with the answer that describes the cluster.
 */

import type {DBCluster} from '@aws-sdk/client-rds'
import type {Deployment, Region} from '../../model/deployment.js'
import type {CapacityFloor, Cluster} from '../../model/observation.js'
import {regionOf} from '../../model/regions.js'
import type {CallOptions, Capacity} from '../../ports/world.js'
import type {Clients} from './clients.js'
import {askMetrics, highestOf} from './metrics.js'
import {sendChange} from './send-change.js'

/** Its value: the earlier minimum, and the seconds until an idle instance paused where that was on. */
const RAISED_TAG = 'todo-dr-capacity'

const PEAK_WINDOW_MS = 3_600_000
const PEAK_PERIOD_SECONDS = 300

export class AwsCapacity implements Capacity {
  readonly #clients: Clients
  readonly #deployment: Deployment

  constructor(clients: Clients, deployment: Deployment) {
    this.#clients = clients
    this.#deployment = deployment
  }

  /**
   * `ServerlessDatabaseCapacity` by cluster (Aurora user guide, "Performance and scaling for Aurora Serverless v2"); its maximum is
   * that of the busiest instance.
   */
  async peak(region: Region, options: CallOptions = {}): Promise<number | undefined> {
    const results = await askMetrics(
      this.#clients,
      region,
      [
        {
          id: 'capacity',
          namespace: 'AWS/RDS',
          metric: 'ServerlessDatabaseCapacity',
          dimensions: [['DBClusterIdentifier', this.#clusterId(region)]],
          stat: 'Maximum',
        },
      ],
      {spanMs: PEAK_WINDOW_MS, periodSeconds: PEAK_PERIOD_SECONDS},
      options,
    )
    return highestOf(results)
  }

  /** Remembers first: a minimum that was raised without a memory could not be told from one that somebody chose. */
  async raise(region: Region, min: number, options: CallOptions = {}): Promise<void> {
    const {capacity, raisedFrom} = await this.#describe(region, options)
    if (!capacity) return
    if (!raisedFrom) {
      const {clusterArn} = regionOf(this.#deployment, region)
      const remember = {ResourceName: clusterArn, Tags: [{Key: RAISED_TAG, Value: written(capacity)}]}
      await sendChange(
        () => this.#clients.call('rds', region, 'AddTagsToResource', remember, options),
        async () => (await this.#describe(region, options)).raisedFrom !== undefined,
        options.signal,
      )
    }

    await this.#set(region, {min}, capacity.max, options)
  }

  /** Forgets last: whoever is cut in between can put it back again. */
  async restore(region: Region, options: CallOptions = {}): Promise<void> {
    const {capacity, raisedFrom} = await this.#describe(region, options)
    if (!raisedFrom) return
    if (capacity && written(capacity) !== written(raisedFrom))
      await this.#set(region, raisedFrom, capacity.max, options)
    const {clusterArn} = regionOf(this.#deployment, region)
    const forget = {ResourceName: clusterArn, TagKeys: [RAISED_TAG]}
    await sendChange(
      () => this.#clients.call('rds', region, 'RemoveTagsFromResource', forget, options),
      async () => (await this.#describe(region, options)).raisedFrom === undefined,
      options.signal,
    )
  }

  /** A change of the range takes effect at once (Aurora user guide, "Managing Aurora Serverless v2 DB clusters"). */
  async #set(
    region: Region,
    {min, pauseAfterSeconds}: CapacityFloor,
    max: number,
    options: CallOptions,
  ): Promise<void> {
    const change = {
      DBClusterIdentifier: this.#clusterId(region),
      ServerlessV2ScalingConfiguration: {
        MinCapacity: min,
        MaxCapacity: max,
        ...(pauseAfterSeconds !== undefined && {SecondsUntilAutoPause: pauseAfterSeconds}),
      },
    }
    await sendChange(
      () => this.#clients.call('rds', region, 'ModifyDBCluster', change, options),
      async () => (await this.#describe(region, options)).capacity?.min === min,
      options.signal,
    )
  }

  async #describe(region: Region, options: CallOptions): Promise<Pick<Cluster, 'capacity' | 'raisedFrom'>> {
    const question = {DBClusterIdentifier: this.#clusterId(region)}
    const {DBClusters = []} = await this.#clients.call('rds', region, 'DescribeDBClusters', question, options)
    return DBClusters[0] ? capacityOf(DBClusters[0]) : {}
  }

  #clusterId(region: Region): string {
    return regionOf(this.#deployment, region).clusterId.toLowerCase()
  }
}

/** What the description of a cluster says about its capacity. */
export function capacityOf({
  ServerlessV2ScalingConfiguration: range,
  TagList = [],
}: DBCluster): Pick<Cluster, 'capacity' | 'raisedFrom'> {
  const raisedFrom = read(TagList.find(({Key}) => Key === RAISED_TAG)?.Value)
  return {
    ...(range?.MinCapacity !== undefined &&
      range.MaxCapacity !== undefined && {
        capacity: {...floorOf(range.MinCapacity, range.SecondsUntilAutoPause), max: range.MaxCapacity},
      }),
    ...(raisedFrom && {raisedFrom}),
  }
}

const floorOf = (min: number, pauseAfterSeconds: number | undefined): CapacityFloor => ({
  min,
  ...(pauseAfterSeconds !== undefined && {pauseAfterSeconds}),
})

const written = ({min, pauseAfterSeconds}: CapacityFloor): string => [min, pauseAfterSeconds ?? []].flat().join(' ')

/** Undefined for what nobody here has written: it must not become the capacity of a cluster. */
function read(memory = ''): CapacityFloor | undefined {
  const [, min, pause] = /^(\d+(?:\.\d+)?)(?: (\d+))?$/.exec(memory) ?? []
  return min === undefined ? undefined : floorOf(Number(min), pause === undefined ? undefined : Number(pause))
}
