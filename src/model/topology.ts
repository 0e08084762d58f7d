/** Who writes, who stands by, whom the edge serves: the shape that a switch changes. */

import {primaryOf} from './observation.js'
import type {Region} from './deployment.js'
import type {GlobalCluster, Observation} from './observation.js'

/** ok: connected. stalled: a member that is not connected. broken: cannot be seen. none: there is no second member. */
export type Replication = 'ok' | 'stalled' | 'broken' | 'none'

/** Null where nobody could tell. */
export interface Topology {
  primary: Region | null
  standby: Region | null
  edge: Region | null
  replication: Replication
}

export function topologyOf(observation: Observation): Topology {
  const primary = primaryOf(observation)
  return {
    primary: primary ?? null,
    standby: primary === undefined ? null : otherOf(observation, primary),
    edge: observation.edge.reachable ? observation.edge.value : null,
    replication: replicationOf(observation, primary),
  }
}

function replicationOf(observation: Observation, primary: Region | undefined): Replication {
  if (!observation.global.reachable || primary === undefined) return 'broken'
  const standby = otherOf(observation, primary)
  const member = observation.global.value.members.find((one) => one.region === standby)
  if (!member) return 'none'
  const cluster = observation.regions[standby]?.cluster
  if (!cluster?.reachable || cluster.value.availableInstances === 0) return 'broken'
  return isConnected(member.synchronization) ? 'ok' : 'stalled'
}

/** AWS names a healthy member `connected`; older answers leave the word out. An open string otherwise. */
export const isConnected = (synchronization: string | undefined): boolean =>
  synchronization === undefined || synchronization === 'connected'

export const otherOf = ({home, away}: {home: Region; away: Region}, region: Region): Region =>
  region === home ? away : home

/**
 * A switchover or failover under way. Idle is an absent or empty `FailoverState`; its status is an open string: the API
 * model lists pending, failing-over and cancelling, the documentation switching-over too.
 */
export const isSwitching = ({failover}: GlobalCluster): boolean => failover !== undefined && failover.status !== ''
