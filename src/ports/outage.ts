/** A rehearsal outage of one region, made with AWS calls alone and remembered in AWS, so that anybody can end it. */

import type {Region} from '../model/deployment.js'
import type {CallOptions} from './world.js'

/**
 * api: reserved concurrency 0 on every function of the region, those that read too: the API answers 5xx.
 * database: the cluster is taken out of the region's proxy: functions get no connection.
 */
export const OUTAGE_KINDS = ['api', 'database'] as const
export type OutageKind = (typeof OUTAGE_KINDS)[number]

export interface ActiveOutage {
  region: Region
  kind: OutageKind
  /** Epoch milliseconds. */
  startedAt: number
}

export interface Outage {
  /** Idempotent: what was remembered first (the earlier reservations, the beginning) is kept. */
  start(region: Region, kind: OutageKind, options?: CallOptions): Promise<void>
  /** Puts back what `start` found. Returns what was ended; empty where nothing was on. */
  stop(region: Region, options?: CallOptions): Promise<ActiveOutage[]>
  active(region: Region, options?: CallOptions): Promise<ActiveOutage[]>
}
