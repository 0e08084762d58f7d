/** What our own journal knows of who writes, against what RDS shows: an answer of a control plane can be older than our last switch. */

import {isSwitching} from './topology.js'
import type {Region} from './deployment.js'
import type {GlobalCluster} from './observation.js'

/** A promotion that was seen to be done. */
export interface Promotion {
  to: Region
  /** When it was seen, epoch milliseconds by the clock of the machine that carried it out. */
  at: number
}

/**
 * Milliseconds after a promotion for which RDS may still show the roles from before it. RDS promises only that its answers become
 * consistent and names no time, so the figure is assumed. After it, RDS is believed again: somebody else may have switched since.
 */
export const OLD_STATE_MS = 2 * 60_000

/**
 * Why an answer of RDS is taken for an old one; undefined where it may be believed. The roles from before the promotion would have a
 * command take the old primary for the primary, open its functions, and lead clients to it.
 */
export function whyOld(global: GlobalCluster, promotion: Promotion | undefined, now: number): string | undefined {
  if (!promotion || Math.abs(now - promotion.at) > OLD_STATE_MS) return undefined
  const {to, at} = promotion
  const writers = global.members.filter(({isWriter}) => isWriter).map(({region}) => region)
  // Without one writer it is no word about roles, and a switch to elsewhere is a newer one than ours.
  if (writers.length !== 1 || writers[0] === to || (isSwitching(global) && !leadsTo(global, to))) return undefined
  const ago = Math.max(0, Math.round((now - at) / 1000))
  return `RDS still shows ${writers[0]} as the primary, but ${to} was promoted ${ago} s ago: the answer is an old one`
}

const leadsTo = ({failover}: GlobalCluster, to: Region): boolean =>
  failover?.toArn === undefined || failover.toArn.split(':')[3] === to
