/** Who writes, who stands by, whom the edge serves: the shape that a switch changes. */

import {servesNobody} from './database-status.js'
import {shortSeconds} from './duration.js'
import {primaryOf} from './observation.js'
import {otherRegion} from './regions.js'
import type {Region} from './deployment.js'
import type {GlobalCluster, Lag, Observation} from './observation.js'

/** Seconds of lag from which replication counts as stalled. Storage replication of a healthy pair lags by less than one. */
export const STALLED_LAG_SECONDS = 60

/**
 * ok: connected and close. stalled: a member that is not connected or lags beyond the limit. broken: without an instance that can
 * serve, or not to be seen. none: there is no second member.
 */
export type Replication = 'ok' | 'stalled' | 'broken' | 'none'

/** Null where nobody could tell. */
export interface Topology {
  primary: Region | null
  standby: Region | null
  edge: Region | null
  replication: Replication
}

/** `maxLagSeconds`: the lag above which replication is called stalled. */
export function topologyOf(observation: Observation, maxLagSeconds = STALLED_LAG_SECONDS): Topology {
  const primary = primaryOf(observation)
  return {
    primary: primary ?? null,
    standby: primary === undefined ? null : otherRegion(observation, primary),
    edge: observation.edge.reachable ? observation.edge.value : null,
    replication: replicationOf(observation, primary, maxLagSeconds),
  }
}

function replicationOf(observation: Observation, primary: Region | undefined, maxLagSeconds: number): Replication {
  if (!observation.global.reachable || primary === undefined) return 'broken'
  const standby = otherRegion(observation, primary)
  const member = observation.global.value.members.find((one) => one.region === standby)
  if (!member) return 'none'
  const side = observation.regions[standby]
  if (!side?.cluster.reachable || servesNobody(side.cluster.value, side.api)) return 'broken'
  const close = (lagOf(observation, standby) ?? 0) <= maxLagSeconds
  return isConnected(member.synchronization) && close ? 'ok' : 'stalled'
}

/** The lag in seconds that the region's metric reports; undefined where it reports none or cannot be asked. */
export function lagOf(observation: Observation, region: Region): number | undefined {
  const lag = observation.regions[region]?.lagSeconds
  return lag?.reachable ? lag.value : undefined
}

/** Below this no value counts as old: a lab on a busy machine takes its samples late. Milliseconds. */
const LEAST_STALE_MS = 15_000

/** Milliseconds from the end of the period that a datum of the lag stands for; undefined where nobody knows. */
export const lagAgeMs = (lag: Lag | undefined, at: number): number | undefined =>
  lag && Math.max(0, at - lag.at - lag.periodSeconds * 1000)

/** Older than two periods: replication, or what measures it, has stopped since, and the value says nothing of what came after. */
export const isStale = (lag: Lag | undefined, at: number): boolean =>
  lag !== undefined && lagAgeMs(lag, at)! > Math.max(2 * lag.periodSeconds * 1000, LEAST_STALE_MS)

/** Of a datum that is too old to say anything. */
export const oldLagText = (lag: Lag, at: number): string =>
  `the last value (${shortSeconds(lag.seconds)}) is ${Math.round(lagAgeMs(lag, at)! / 1000)} s old`

/** As a report shows it: a word, `unknown`, where nobody could tell. */
export interface ReportedTopology {
  primary: Region | 'unknown'
  standby: Region | 'unknown'
  /** The region that the edge sends clients to from. */
  edge: Region | 'unknown'
  replication: Replication
}

export function reportedTopology(observation: Observation, maxLagSeconds: number): ReportedTopology {
  const {primary, standby, edge, replication} = topologyOf(observation, maxLagSeconds)
  return {primary: primary ?? 'unknown', standby: standby ?? 'unknown', edge: edge ?? 'unknown', replication}
}

/** The lag of the standby in seconds, to the millisecond; null where none is reported, or none that still says anything. */
export function standbyLag(observation: Observation): number | null {
  const {standby} = topologyOf(observation)
  if (standby === null || isStale(observation.regions[standby]?.lag, observation.at)) return null
  const seconds = lagOf(observation, standby)
  return seconds === undefined ? null : Math.round(seconds * 1000) / 1000
}

/** A connected member that does not write: its database refuses writes. */
export const standsBy = ({members}: GlobalCluster, region: Region): boolean =>
  members.some((one) => one.region === region && !one.isWriter && isConnected(one.synchronization))

/** AWS names a healthy member `connected`; older answers leave the word out. An open string otherwise. */
export const isConnected = (synchronization: string | undefined): boolean =>
  synchronization === undefined || synchronization === 'connected'

/**
 * A switchover or failover under way. Idle is an absent or empty `FailoverState`; its status is an open string: the API
 * model lists pending, failing-over and cancelling, the documentation switching-over too.
 */
export const isSwitching = ({failover}: GlobalCluster): boolean => failover !== undefined && failover.status !== ''
