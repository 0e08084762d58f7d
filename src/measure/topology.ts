/** An observation reduced to who is what: the four words that a report shows before and after. */

import {primaryOf} from '../model/observation.js'
import type {Observation} from '../model/observation.js'
import type {Topology} from './result.js'

/** `maxLagSeconds` is the lag above which replication is called stalled. */
export function topologyOf(observation: Observation, maxLagSeconds: number): Topology {
  const primary = primaryOf(observation)
  const {home, away, edge} = observation
  return {
    primary: primary ?? 'unknown',
    standby: primary === undefined ? 'unknown' : primary === home ? away : home,
    edge: edge.reachable ? edge.value : 'unknown',
    replication: replicationOf(observation, maxLagSeconds),
  }
}

function replicationOf(observation: Observation, maxLagSeconds: number): Topology['replication'] {
  if (!observation.global.reachable) return 'broken'
  const replica = observation.global.value.members.find((member) => !member.isWriter)
  if (!replica) return 'none'
  const region = observation.regions[replica.region]
  if (replica.synchronization !== 'connected' || !region?.cluster.reachable) return 'broken'
  const lag = region.lagSeconds.reachable ? region.lagSeconds.value : undefined
  return lag !== undefined && lag > maxLagSeconds ? 'stalled' : 'ok'
}

/** The lag that the standby's metric reports; null where it reports none. */
export function lagOf(observation: Observation): number | null {
  const primary = primaryOf(observation)
  const standby = primary === observation.home ? observation.away : observation.home
  const lag = observation.regions[standby]?.lagSeconds
  return lag?.reachable ? (lag.value ?? null) : null
}
