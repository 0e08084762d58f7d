/** Whether a region's database can serve, asked of RDS's words, and of the API where these say no. */

import {DrError} from '../errors.js'
import {servesNobody, servingInstances} from '../model/database-status.js'
import type {Region} from '../model/deployment.js'
import type {ApiHealth, Cluster, Sample} from '../model/observation.js'
import {answerWithin} from '../ports/waits.js'
import type {World} from '../ports/world.js'

/** Milliseconds that the API may take. */
const ANSWER_MS = 3000

export async function canServe(world: World, region: Region, cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  if (servingInstances(cluster) > 0) return true
  return !servesNobody(cluster, await health(world, region, signal))
}

async function health({api, clock}: World, region: Region, signal: AbortSignal): Promise<Sample<ApiHealth>> {
  try {
    const ask = (inner: AbortSignal): Promise<ApiHealth> => api.health(region, {signal: inner})
    return {
      reachable: true,
      value: await answerWithin({clock, ms: ANSWER_MS, signal, what: `the API in ${region}`}, ask),
    }
  } catch (error) {
    if (!(error instanceof DrError) || error.exit === 'credentials') throw error
    return {reachable: false, reason: error.message}
  }
}
