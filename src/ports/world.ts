/**
 * What probes and steps need of the world, as small interfaces. Every method has a deadline of its own in the adapter
 * (seconds, never for ever) and honours `signal`. A method throws `Unreachable` when nobody answers and another
 * `DrError` when AWS says no.
 */

import type {Deployment, Region} from '../model/deployment.js'
import type {CallOptions, Clock} from './call.js'
import type {Route} from './route.js'
import type {ApiHealth, WriterMode} from '../model/observation.js'
import type {GlobalDatabase} from './global-database.js'
import type {KnownPromotion} from './known-promotion.js'
import type {Side} from './tables.js'
import type {Vitals} from './vitals.js'
import type {ApiAnswer, ApiRequest, Workload} from './workload.js'

export type {CallOptions, Clock} from './call.js'
export type {Accepted, GlobalDatabase, RdsEvent} from './global-database.js'

/** What a region's volume held when a failover left it behind, as Aurora keeps it. */
export interface LeftVolume {
  /** The id of Aurora's own snapshot, which goes with the backups of its cluster. */
  snapshot: string
  /** That of the manual copy, which stays. */
  copy: string
  copied: boolean
}

/** The volumes that failovers left behind, in the region of the old primary. */
export interface LeftVolumes {
  /** From oldest to newest. */
  list(region: Region, options?: CallOptions): Promise<LeftVolume[]>
  /** Copies it to a manual snapshot. Returns when that has begun. */
  keep(region: Region, volume: LeftVolume, options?: CallOptions): Promise<void>
}

/**
 * The capacity of each region's cluster in ACU, where it scales by itself. What `raise` found is remembered in AWS, so that anybody
 * can put it back.
 */
export interface Capacity {
  /** The most that the region has used in the last hour; undefined where nothing was measured. */
  peak(region: Region, options?: CallOptions): Promise<number | undefined>
  /** Sets the minimum. Idempotent: what was remembered first is kept. */
  raise(region: Region, min: number, options?: CallOptions): Promise<void>
  /** Puts back what `raise` found; nothing where that is nothing. */
  restore(region: Region, options?: CallOptions): Promise<void>
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

export interface IssuedToken {
  token: string
  /** Of the pool that issued it. */
  region: Region
  /** Epoch milliseconds. */
  expiresAt: number
  /** An earlier command has kept it, so that nobody knows what became of it since. */
  kept?: boolean
}

/** Access tokens by client credentials; cached until shortly before they expire. */
export interface Tokens {
  /** Of the pool of `preferred`, else of the other region's pool. */
  get(preferred: Region, options?: CallOptions): Promise<IssuedToken>
  /** A new one of the pool of this region and of no other, whatever is cached. */
  issue(region: Region, options?: CallOptions): Promise<IssuedToken>
  /** The API answered 401 to it: unless it has just been issued, it is not given again, to no other command either. */
  refused(token: string): Promise<void>
}

export type FunctionRole = 'compare' | 'migrate' | 'presence'

/** Functions that are not exposed by the API, invoked directly. */
export interface Functions {
  /**
   * presence: tells which request ids the region's database holds. migrate: makes and changes its tables. Payload and answer
   * are JSON, in the workload's own form. compare: tells what its tables hold, in the form of `ports/tables.ts`. An answer in
   * which the function refuses is thrown, with the function's code.
   */
  invoke(region: Region, role: FunctionRole, payload: unknown, options?: CallOptions): Promise<unknown>
}

/** One holding of the lease. The token grows with every taking: one that has changed says that another was there meanwhile. */
export interface LeaseHold {
  owner: string
  /** The fencing number. */
  token: number
}

export interface LeaseHolder {
  owner: string
  /** Seconds until it runs out unless it is renewed. */
  secondsLeft: number
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
  /** Who holds it in the regions that answer, by the newest taking; undefined where nobody does. Throws where no region answers. */
  holder(options?: CallOptions): Promise<LeaseHolder | undefined>
}

/** All that steps and probes act on. */
export interface World {
  deployment: Deployment
  /** How the API that is deployed is written to, read from and asked for what it holds. */
  workload: Workload
  /** What this process knows of who writes; `database` gives no answer that is older. */
  known: KnownPromotion
  database: GlobalDatabase
  capacity: Capacity
  leftVolumes: LeftVolumes
  /** What of them is quick enough to be asked before a switch. */
  vitals: Pick<Vitals, 'concurrencyLimit' | 'secrets'>
  writers: Writers
  route: Route
  api: Api
  /** Where clients find the region by a name: those that keep what it leads to for `keptSeconds`, whatever its time to live. */
  late?: Pick<Api, 'edge'> & {keptSeconds: number}
  tokens: Tokens
  functions: Functions
  /** The database of one region; undefined where storage is replicated, so that a standby holds what its primary holds. */
  side?(region: Region): Side
  lease: Lease
  clock: Clock
}
