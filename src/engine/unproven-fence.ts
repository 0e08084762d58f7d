/** A failover that went on without a proof that the old primary was closed: true until that region is closed, or a standby again. */

import type {Deployment} from '../model/deployment.js'
import {fenceNotProven} from '../model/fence.js'
import type {UnprovenFence} from '../model/fence.js'
import {primaryOf} from '../model/observation.js'
import type {Observation} from '../model/observation.js'
import {regionOf} from '../model/regions.js'
import {standsBy} from '../model/topology.js'
import {fenceIsUnproven} from './unfinished.js'
import type {RecentRuns} from './unfinished.js'

export function findUnprovenFence(
  observation: Observation,
  {unfinished, last}: RecentRuns,
  deployment: Deployment,
): UnprovenFence | null {
  const primary = primaryOf(observation)
  const record = unfinished.find(({plan}) => plan.intent !== 'upgrade' && plan.to === primary) ?? last
  if (!record || !fenceIsUnproven(record)) return null
  const {from, to} = record.plan
  if (primary === from || isClosed(observation, from)) return null
  return {
    run: record.run.id,
    region: from,
    to,
    text: `${fenceNotProven(from)} (${record.run.id})`,
    byHand: observation.regions[from]?.writers.reachable
      ? regionOf(deployment, from).functions.writers.map(
          (name) =>
            `aws lambda put-function-concurrency --region ${from} --function-name ${name} --reserved-concurrent-executions 0`,
        )
      : [],
  }
}

/** Seen in the region itself: what the survivor says about a region that does not answer proves nothing. */
function isClosed({global, regions}: Observation, region: string): boolean {
  const side = regions[region]
  if (side?.writers.reachable && side.writers.value === 'fenced') return true
  return side?.cluster.reachable === true && global.reachable && standsBy(global.value, region)
}
