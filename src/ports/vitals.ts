/**
 * What `health` asks of a deployment beside the observation that `status` and the switches make. Nothing here changes anything.
 * Methods throw as those of `world.ts` do.
 */

import type {Region} from '../model/deployment.js'
import type {SecretState} from '../model/observation.js'
import type {CallOptions} from './call.js'
import type {Used} from './used.js'

export type {SecretState as SecretVitals} from '../model/observation.js'

export interface FunctionVitals {
  name: string
  /** `Active`, `Pending`, `Inactive` or `Failed`, an open string; `Missing` where Lambda has no such function. */
  state: string
  /** Of the last update: `Successful`, `InProgress` or `Failed`; undefined where Lambda does not say. */
  update?: string
  /** Why it is in such a state, in Lambda's words. */
  reason?: string
  /** Reserved concurrency; undefined where nothing is reserved. */
  reserved?: number
  /** Ids of the subnets that it runs in. */
  subnets: string[]
}

/** `at`: the start of its period, epoch milliseconds. */
export interface Datum {
  at: number
  value: number
}

/** Sums by the minute, each of all of the region's functions together; a minute without a call has none. */
export interface Trouble {
  errors: Datum[]
  throttles: Datum[]
}

/** The highest values of the last day. Undefined where the metric has no datum. */
export interface Peak {
  /** Aurora capacity units of one instance. */
  capacity?: number
  /** Connections to one instance. */
  connections?: number
  /** Aurora capacity units of one instance, of the hours by the clock that the last sixty minutes are a part of. */
  lastHour?: number
}

/** A rule by which EventBridge calls functions. */
export interface ScheduleVitals {
  name: string
  on: boolean
  /** Those that it calls. */
  functions: string[]
}

export interface AlarmVitals {
  name: string
  /** `OK`, `ALARM` or `INSUFFICIENT_DATA`. */
  state: string
  reason?: string
}

export interface DistributionVitals {
  /** `Deployed` or `InProgress`. */
  status: string
  enabled: boolean
  /** Where each origin leads, by its id: the name of a host. */
  origins: Record<string, string>
}

/** One action on one resource, as IAM names them. */
export interface Wanted {
  action: string
  resource: string
}

/** What a principal may not do. */
export interface Denials {
  denied: Wanted[]
  /** A condition of a policy decides, on what only a real call brings. */
  unsure: Wanted[]
}

export interface Vitals {
  functions(region: Region, options?: CallOptions): Promise<FunctionVitals[]>
  /** How many calls of functions the account may run at once in the region. */
  concurrencyLimit(region: Region, options?: CallOptions): Promise<number>
  /** How many requests a second all APIs of the account may take in the region together; undefined where AWS does not say. */
  requestRate(region: Region, options?: CallOptions): Promise<number | undefined>
  /** Manual snapshots of clusters that the account has and may have in the region; undefined where AWS does not say. */
  clusterSnapshots(region: Region, options?: CallOptions): Promise<Used | undefined>
  /** Ids of the subnets that the proxy stands in. */
  proxySubnets(region: Region, options?: CallOptions): Promise<string[]>
  /** Of the last 15 minutes. */
  trouble(region: Region, options?: CallOptions): Promise<Trouble>
  peak(region: Region, options?: CallOptions): Promise<Peak>
  /** Rules that call the token authorizer, where there is one, or the first of the functions that read: a warm-up calls them all. */
  schedules(region: Region, options?: CallOptions): Promise<ScheduleVitals[]>
  /** Those that carry the name of the application and of the region. */
  alarms(region: Region, options?: CallOptions): Promise<AlarmVitals[]>
  /** Those of the application. */
  secrets(region: Region, options?: CallOptions): Promise<SecretState[]>
  /** Of what is wanted, by the policies of a user or a role. Throws where these credentials may not ask. */
  denied(principal: string, wanted: readonly Wanted[], options?: CallOptions): Promise<Denials>
  distribution(options?: CallOptions): Promise<DistributionVitals>
}
