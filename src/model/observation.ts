/** One consistent look at all regions. Anything may be unreachable, which is a value and not an exception. */

import type {Region} from './deployment.js'

/**
 * `next`: what to do about it, where the one who was asked says so. `old`: there was an answer, which is older than what is known.
 */
export type Sample<T> = {reachable: true; value: T} | {reachable: false; reason: string; next?: string; old?: boolean}

/** `GlobalCluster` of RDS, reduced to what decisions rest on. `status` and `failover.status` are open strings in AWS. */
export interface GlobalCluster {
  id: string
  status: string
  /** The primary's, as RDS writes it; undefined where it does not say. */
  engineVersion?: string
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
  /** The status of each instance: open strings. A headless secondary has none. */
  instances: string[]
  /** As RDS writes it, `8.0.mysql_aurora.3.10.3`; undefined where it does not say. */
  engineVersion?: string
  /** Undefined where the instances are of a fixed class. */
  capacity?: CapacityRange
  /** What a switch has raised the minimum from, and nobody has put back yet. */
  raisedFrom?: CapacityFloor
  /** Undefined where nobody has looked. */
  details?: ClusterDetails
}

/** Least and most capacity that Aurora Serverless v2 gives each instance of a cluster, in ACU (steps of 0.5). */
export interface CapacityRange extends CapacityFloor {
  max: number
}

/** The lower end of it. With a minimum of 0 an idle instance pauses after so many seconds. */
export interface CapacityFloor {
  min: number
  pauseAfterSeconds?: number
}

/** What no switch rests on, and `health` judges. */
export interface ClusterDetails {
  /** A version that waits for the maintenance window. */
  pendingVersion?: string
  /** Days that automated backups are kept. */
  backupDays?: number
  instances: InstanceDetails[]
}

export interface InstanceDetails {
  id: string
  status: string
  /** `db.serverless`, `db.r6g.large`, ... */
  instanceClass: string
  /** Writes within its cluster, by RDS's word. */
  isWriter: boolean
  /** RDS upgrades it by itself, and so without the other region. */
  upgradesItself: boolean
}

/** Health of the RDS Proxy's targets, as `DescribeDBProxyTargets` says. */
export interface ProxyHealth {
  available: number
  unavailable: number
  /** Of the available ones, those that take writes. Undefined where nobody has looked. */
  writable?: number
  /** A target refuses the secrets that the proxy logs in with, by the proxy's own word. */
  authFailed?: boolean
  reason?: string
}

/** A secret of the application as one region keeps it. Its value is never read. */
export interface SecretState {
  name: string
  /** The id of its current value; replicas have that of their original. */
  version?: string
  /** Of the original: each region that it is copied to, with Secrets Manager's word (`InSync`, `InProgress`, `Failed`). */
  replicas: {region: Region; status: string; message?: string}[]
}

/** A datum of the replication lag, as the region's metric reports it, or the primary's database where the metric has none. */
export interface Lag {
  seconds: number
  /** The start of its period, epoch milliseconds. */
  at: number
  /** 0 for what was calculated at one moment. */
  periodSeconds: number
  /** Told by the primary's database. */
  bySql?: true
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
  /** The datum that it comes of. */
  lag?: Lag
  /**
   * The most capacity that the region's database has used in the last hour, in ACU; undefined where nothing was measured. Asked
   * before a switch alone, of the primary.
   */
  peakAcu?: Sample<number | undefined>
  /** Asked before a switch alone, of two regions that both answer. */
  secrets?: Sample<SecretState[]>
  /**
   * What each table is made of, by its name. Asked before a switch alone, where the two databases can differ, and of a primary that
   * serves.
   */
  tables?: Sample<Record<string, string>>
  /** How many calls of functions the account may run at once in the region; asked as `secrets` are. */
  concurrencyLimit?: Sample<number>
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
