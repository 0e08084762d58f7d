/**
 * What probes and steps need of the world, as small interfaces. Every method has a deadline of its own in the adapter
 * (seconds, never for ever) and honours `signal`. A method throws `Unreachable` when nobody answers and another
 * `DrError` when AWS says no.
 */

import type {Deployment, Region} from '../model/deployment.js'
import type {CallOptions, Clock} from './call.js'
import type {Route} from './route.js'
import type {ApiHealth, Cluster, GlobalCluster, ProxyHealth, WriterMode} from '../model/observation.js'
import type {ApiAnswer, ApiRequest, Workload} from './workload.js'

export type {CallOptions, Clock} from './call.js'

/** The Aurora global database. `via` names the region whose RDS endpoint is asked. */
export interface GlobalDatabase {
  describe(via: Region, options?: CallOptions): Promise<GlobalCluster>
  cluster(region: Region, options?: CallOptions): Promise<Cluster>
  proxy(region: Region, options?: CallOptions): Promise<ProxyHealth>
  /**
   * `SwitchoverGlobalCluster`, sent to the primary's region. Loses nothing. Returns when accepted, not when done: the instant,
   * epoch milliseconds by RDS's own clock.
   */
  switchover(primary: Region, target: Region, options?: CallOptions): Promise<number>
  /** `FailoverGlobalCluster` with AllowDataLoss, sent to the target's region. Returns when accepted, as `switchover`. */
  failover(target: Region, options?: CallOptions): Promise<number>
  /** What RDS says, in the target's region, of a promotion that it has cancelled or that has failed since that instant. */
  givenUp(target: Region, since: number, options?: CallOptions): Promise<string | undefined>
  /** `AuroraGlobalDBRPOLag` in seconds as the region reports it; undefined where there is no recent datum. */
  lagSeconds(region: Region, options?: CallOptions): Promise<number | undefined>
}

/** The writing functions of a region: reserved concurrency 0 is the fence that AWS offers. */
export interface Writers {
  mode(region: Region, options?: CallOptions): Promise<WriterMode>
  fence(region: Region, options?: CallOptions): Promise<void>
  unfence(region: Region, options?: CallOptions): Promise<void>
}

/** The REST API, through the edge or at one region directly. No retry. */
export interface Api {
  edge(request: ApiRequest, options?: CallOptions): Promise<ApiAnswer>
  direct(region: Region, request: ApiRequest, options?: CallOptions): Promise<ApiAnswer>
  /** A direct read with a token, as a health sample. */
  health(region: Region, options?: CallOptions): Promise<ApiHealth>
}

/** Access tokens by client credentials; cached until shortly before they expire. */
export interface Tokens {
  /** Of the pool of `preferred`, else of the other region's pool. */
  get(preferred: Region, options?: CallOptions): Promise<{token: string; region: Region; expiresAt: number}>
}

/** Functions that are not exposed by the API, invoked directly. */
export interface Functions {
  /**
   * presence: tells which request ids the region's database holds. migrate: makes and changes its tables. Payload and answer
   * are JSON, in the workload's own form. An answer in which the function refuses is thrown, with the function's code.
   */
  invoke(region: Region, role: 'migrate' | 'presence', payload: unknown, options?: CallOptions): Promise<unknown>
}

/** One holding of the lease. The token grows with every taking: one that has changed says that another was there meanwhile. */
export interface LeaseHold {
  owner: string
  /** The fencing number. */
  token: number
}

/** The operator lease: one holder at a time, written with compare-and-swap into a bucket of each reachable region. */
export interface Lease {
  /** Takes it everywhere that can be reached, with a new token; throws LeaseHeld (exit refused) where another holds it. */
  acquire(
    owner: string,
    ttlSeconds: number,
    options?: CallOptions,
  ): Promise<{regions: Region[]; unreachable: Region[]; token: number}>
  /** Extends a holding, and brings it to regions that have come back. Throws LeaseLost (exit refused) where it is no longer held. */
  renew(hold: LeaseHold, ttlSeconds: number, options?: CallOptions): Promise<void>
  /** Asks the regions that keep it whether it is still held. Throws LeaseLost (exit refused) where it is not. */
  confirm(hold: LeaseHold, options?: CallOptions): Promise<void>
  release(hold: LeaseHold, options?: CallOptions): Promise<void>
}

/** All that steps and probes act on. */
export interface World {
  deployment: Deployment
  /** How the API that is deployed is written to, read from and asked for what it holds. */
  workload: Workload
  database: GlobalDatabase
  writers: Writers
  route: Route
  api: Api
  tokens: Tokens
  functions: Functions
  lease: Lease
  clock: Clock
}
