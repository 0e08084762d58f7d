/** What a plan does about the capacity of the databases. Pure. */

import type {Region} from '../model/deployment.js'
import type {Cluster, Observation} from '../model/observation.js'
import type {Route} from '../steps/registry.js'

/** Aurora Serverless v2 counts in halves of an ACU. */
const STEP_ACU = 0.5

/**
 * The minimum in ACU that the target lacks for what the primary has used, as far as its maximum allows. Undefined where it has that,
 * where its instances are of a fixed class, or where the use was not measured.
 */
export function missingCapacity({regions}: Observation, {from, to}: Route): number | undefined {
  const range = clusterOf(regions[to]?.cluster)?.capacity
  const peak = regions[from]?.peakAcu
  if (!range || !peak?.reachable || peak.value === undefined) return undefined
  const wanted = Math.min(range.max, Math.ceil(peak.value / STEP_ACU) * STEP_ACU)
  return wanted > range.min ? wanted : undefined
}

/** Whether a switch has raised the minimum of a region, and nobody has put it back. */
export const raisedIn = ({regions}: Observation, region: Region): boolean =>
  clusterOf(regions[region]?.cluster)?.raisedFrom !== undefined

const clusterOf = (sample: Observation['regions'][Region]['cluster'] | undefined): Cluster | undefined =>
  sample?.reachable ? sample.value : undefined
