/** Which two databases are compared, and whether they can differ at all. Pure. */

import {DrError} from '../../errors.js'
import type {Region} from '../../model/deployment.js'
import {primaryOf} from '../../model/observation.js'
import type {Observation} from '../../model/observation.js'
import {otherRegion} from '../../model/regions.js'
import {standsBy} from '../../model/topology.js'

/** `expected` is the current primary's. Throws `PrimaryUnknown` (exit unknown) where nobody can tell which that is. */
export function sidesOf(observation: Observation): {expected: Region; actual: Region} {
  const expected = primaryOf(observation)
  if (expected !== undefined) return {expected, actual: otherRegion(observation, expected)}
  throw new DrError({
    code: 'PrimaryUnknown',
    exit: 'unknown',
    what: 'which region is the primary cannot be told',
    why: observation.global.reachable ? 'the global cluster has no single writer' : observation.global.reason,
    next: 'todo-dr status',
  })
}

/**
 * The storage of an Aurora global database is replicated, not its statements (Aurora user guide, "Using Amazon Aurora Global
 * Database"): a connected member holds what the primary holds. A lab replicates rows.
 */
export function cannotDiffer(observation: Observation, {lab}: {lab: boolean}): string | undefined {
  const {global} = observation
  if (lab || !global.reachable) return undefined
  const primary = primaryOf(observation)
  if (primary === undefined || !standsBy(global.value, otherRegion(observation, primary))) return undefined
  return 'both regions are members of one Aurora global database, which replicates storage: they cannot differ'
}
