/** One consistent look at all regions: everything is asked at once, and nobody is waited for beyond a deadline. */

import {DrError} from '../errors.js'
import type {Region} from '../model/deployment.js'
import type {GlobalCluster, Observation, RegionObservation, Sample} from '../model/observation.js'
import {regionNames} from '../model/regions.js'
import {answerWithin} from '../ports/waits.js'
import type {World} from '../ports/world.js'

export interface ObserveOptions {
  signal?: AbortSignal
  /** Milliseconds that an answer may take; a region that is gone costs no more than this. */
  deadlineMs?: number
}

const DEADLINE_MS = 3000
/** For a cold start behind a first look; an adapter's request ends by itself then, too. */
const PATIENCE_MS = 5000

/**
 * Samples all regions, the global cluster and the edge in parallel. Silence and a refusal are values with a reason;
 * only missing or expired credentials are thrown, since with them every answer would be meaningless.
 */
export async function observe(world: World, options: ObserveOptions = {}): Promise<Observation> {
  const {deployment} = world
  const order = regionNames(deployment)
  const at = world.clock.now()
  const ask = sampler(world, options)
  const [global, edge, ...sides] = await Promise.all([
    firstAnswer(order, (via) =>
      ask(`the global database, read in ${via}`, (signal) => world.database.describe(via, {signal})),
    ),
    ask('the route', (signal) => world.route.serving({signal})),
    ...order.map((region) => observeRegion(world, region, ask)),
  ])
  const regions = Object.fromEntries(sides.map((side) => [side.region, side]))
  return {at, app: deployment.app, order, ...global, edge, regions}
}

/**
 * Asks a region's API once more, with more patience, where it was silent and the region's database was not: functions that
 * nobody has called for months start cold, and the first look has woken them. Taken for a lost region, they would forbid
 * the very switch that they are kept for.
 */
export async function askApiAgain(
  world: World,
  observation: Observation,
  region: Region,
  {signal}: ObserveOptions = {},
): Promise<Observation> {
  const side = observation.regions[region]
  if (!side || side.api.reachable || !side.cluster.reachable) return observation
  const ask = sampler(world, {signal, deadlineMs: PATIENCE_MS})
  const api = await askApi(world, region, ask)
  return {...observation, regions: {...observation.regions, [region]: {...side, api}}}
}

const askApi = ({api}: World, region: Region, ask: Ask): Promise<RegionObservation['api']> =>
  ask(`the API in ${region}`, (signal) => api.health(region, {signal}))

async function observeRegion(world: World, region: Region, ask: Ask): Promise<RegionObservation> {
  const {database, writers} = world
  const [cluster, proxy, api, mode, lagSeconds] = await Promise.all([
    ask(`the cluster in ${region}`, (signal) => database.cluster(region, {signal})),
    ask(`the proxy in ${region}`, (signal) => database.proxy(region, {signal})),
    askApi(world, region, ask),
    ask(`the functions in ${region}`, (signal) => writers.mode(region, {signal})),
    ask(`the lag in ${region}`, (signal) => database.lagSeconds(region, {signal})),
  ])
  return {region, cluster, proxy, api, writers: mode, lagSeconds}
}

/** The first region that answers; where none does, all reasons. Does not wait for the slower one. */
async function firstAnswer(
  order: readonly Region[],
  ask: (via: Region) => Promise<Sample<GlobalCluster>>,
): Promise<{global: Sample<GlobalCluster>; globalVia?: Region}> {
  const samples = order.map(async (via) => ({via, sample: await ask(via)}))
  const answered = samples.map(async (asked) => {
    const {via, sample} = await asked
    if (sample.reachable) return {global: sample, globalVia: via}
    throw new Silence(sample.reason)
  })
  try {
    return await Promise.any(answered)
  } catch (error) {
    const causes: unknown[] = error instanceof AggregateError ? error.errors : [error]
    const fatal = causes.find((cause) => !(cause instanceof Silence))
    if (fatal) throw fatal
    return {global: {reachable: false, reason: causes.map((cause) => (cause as Silence).message).join('; ')}}
  }
}

class Silence extends Error {}

type Ask = <T>(what: string, call: (signal: AbortSignal) => Promise<T>) => Promise<Sample<T>>

function sampler(world: World, {signal, deadlineMs = DEADLINE_MS}: ObserveOptions): Ask {
  return async (what, call) => {
    try {
      return {reachable: true, value: await answerWithin({clock: world.clock, ms: deadlineMs, signal, what}, call)}
    } catch (error) {
      if (!(error instanceof DrError) || error.exit === 'credentials') throw error
      return {reachable: false, reason: error.message}
    }
  }
}
