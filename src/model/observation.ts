/** One consistent look at all regions. Anything may be unreachable, which is a value and not an exception. */

import type {Region} from './deployment.js'

export type Sample<T> = {reachable: true; value: T} | {reachable: false; reason: string}

/** `GlobalCluster` of RDS, reduced to what decisions rest on. `status` and `failover.status` are open strings in AWS. */
export interface GlobalCluster {
  id: string
  status: string
  /** Present while a switchover or failover is under way. Status is an open string. */
  failover?: {status: string; fromArn?: string; toArn?: string; dataLossAllowed?: boolean}
  members: GlobalMember[]
}

export interface GlobalMember {
  region: Region
  clusterArn: string
  isWriter: boolean
  /** `connected`, `pending-resync`, or what AWS will say next. Undefined for the writer. */
  synchronization?: string
}

/** `DBCluster` of RDS in one region. */
export interface Cluster {
  id: string
  arn: string
  /** Lower case in RDS: `available`, `promoting`, ... An open string. */
  status: string
  /** Number of instances that are `available`. A headless secondary has none. */
  availableInstances: number
}

/** Health of the RDS Proxy's targets, as `DescribeDBProxyTargets` says. */
export interface ProxyHealth {
  available: number
  unavailable: number
  reason?: string
}

/** Whether a region's writing functions may run: `fenced` when all have reserved concurrency 0. */
export type WriterMode = 'open' | 'fenced' | 'partly'

/** The code of an API whose database has no table yet, as after a first deployment. */
export const TABLE_MISSING = 'TableMissing'

/** A direct read of one region's API, past the edge. */
export interface ApiHealth {
  status: number
  ok: boolean
  latencyMs: number
  /** What the API calls its error, or `TABLE_MISSING`; undefined where it is ok or gives no code. */
  code?: string
}

export interface RegionObservation {
  region: Region
  cluster: Sample<Cluster>
  proxy: Sample<ProxyHealth>
  api: Sample<ApiHealth>
  writers: Sample<WriterMode>
  /** Replication lag in seconds as this region's metric reports it; undefined where no datum exists (the primary has none). */
  lagSeconds: Sample<number | undefined>
}

export interface Observation {
  /** Epoch milliseconds. */
  at: number
  app: string
  /** The regions of the deployment, home first. */
  order: Region[]
  /** From the first region that answers; which one is in `globalVia`. */
  global: Sample<GlobalCluster>
  globalVia?: Region
  /** The region that the route names as serving. */
  edge: Sample<Region>
  regions: Record<Region, RegionObservation>
}

/** Who writes now, read from the live global cluster; undefined where nobody could tell. */
export function primaryOf(observation: Observation): Region | undefined {
  if (!observation.global.reachable) return undefined
  const writers = observation.global.value.members.filter((member) => member.isWriter)
  return writers.length === 1 ? writers[0]!.region : undefined
}
