/** Who writes, who stands by, whom the edge serves: the shape that a switch changes. */

import {primaryOf} from './observation.js'
import {otherRegion} from './regions.js'
import type {Region} from './deployment.js'
import type {GlobalCluster, Observation} from './observation.js'

/** Seconds of lag from which replication counts as stalled. Storage replication of a healthy pair lags by less than one. */
export const STALLED_LAG_SECONDS = 60

/**
 * ok: connected and close. stalled: a member that is not connected or lags beyond the limit. broken: without an available
 * instance, or not to be seen. none: there is no second member.
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
  const cluster = observation.regions[standby]?.cluster
  if (!cluster?.reachable || cluster.value.availableInstances === 0) return 'broken'
  const close = (lagOf(observation, standby) ?? 0) <= maxLagSeconds
  return isConnected(member.synchronization) && close ? 'ok' : 'stalled'
}

/** The lag in seconds that the region's metric reports; undefined where it reports none or cannot be asked. */
export function lagOf(observation: Observation, region: Region): number | undefined {
  const lag = observation.regions[region]?.lagSeconds
  return lag?.reachable ? lag.value : undefined
}

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

/** The lag of the standby in seconds, to the millisecond; null where none is reported. */
export function standbyLag(observation: Observation): number | null {
  const {standby} = topologyOf(observation)
  const seconds = standby === null ? undefined : lagOf(observation, standby)
  return seconds === undefined ? null : Math.round(seconds * 1000) / 1000
}

/** AWS names a healthy member `connected`; older answers leave the word out. An open string otherwise. */
export const isConnected = (synchronization: string | undefined): boolean =>
  synchronization === undefined || synchronization === 'connected'

/**
 * A switchover or failover under way. Idle is an absent or empty `FailoverState`; its status is an open string: the API
 * model lists pending, failing-over and cancelling, the documentation switching-over too.
 */
export const isSwitching = ({failover}: GlobalCluster): boolean => failover !== undefined && failover.status !== ''
