/** An observation reduced to who is what: the four words that a report shows before and after. */

import type {Observation} from '../model/observation.js'
import {lagOf as lagOfRegion, topologyOf as liveTopologyOf} from '../model/topology.js'
import type {Topology} from './result.js'

/** `maxLagSeconds` is the lag above which replication is called stalled. */
export function topologyOf(observation: Observation, maxLagSeconds: number): Topology {
  const {primary, standby, edge, replication} = liveTopologyOf(observation, maxLagSeconds)
  return {primary: primary ?? 'unknown', standby: standby ?? 'unknown', edge: edge ?? 'unknown', replication}
}

/** The lag that the standby's metric reports, in seconds to the millisecond; null where it reports none. */
export function lagOf(observation: Observation): number | null {
  const {standby} = liveTopologyOf(observation)
  const seconds = standby === null ? undefined : lagOfRegion(observation, standby)
  return seconds === undefined ? null : Math.round(seconds * 1000) / 1000
}
