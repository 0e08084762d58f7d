/** One consistent look at all regions: everything is asked at once, and nobody is waited for beyond a deadline. */

import {isSilent} from '../diagnose.js'
import {DrError} from '../errors.js'
import {answersWell} from '../model/database-status.js'
import type {Region} from '../model/deployment.js'
import {primaryOf} from '../model/observation.js'
import type {GlobalCluster, Observation, RegionObservation, Sample} from '../model/observation.js'
import {otherRegion, regionNames} from '../model/regions.js'
import {isStale} from '../model/topology.js'
import type {Table} from '../ports/tables.js'
import {OldState} from '../ports/known-promotion.js'
import {answerWithin} from '../ports/waits.js'
import type {World} from '../ports/world.js'
import {lagBySql} from '../ports/lag-by-sql.js'

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
    firstAnswer(order, askGlobal(world, ask)),
    ask('the route', (signal) => world.route.serving({signal})),
    ...order.map((region) => observeRegion(world, region, ask)),
  ])
  const regions = Object.fromEntries(sides.map((side) => [side.region, side]))
  return {at, app: deployment.app, order, ...global, edge, regions}
}

/**
 * A look that is acted on, or told. Where nobody answers at all it is rather our own line that is slow: everybody is asked once more, with
 * more patience. One bad moment must refuse no failover.
 */
export async function observePatiently(world: World, {signal}: ObserveOptions = {}): Promise<Observation> {
  const seen = await observe(world, {signal})
  const isAnybodyThere = Object.values(seen.regions).some((side) => !isSilent(side))
  return isAnybodyThere ? seen : observe(world, {signal, deadlineMs: PATIENCE_MS})
}

/**
 * Asks once more, with more patience, for what tells whether a region can serve, where that was silent and another part of the region
 * was not. One read that was slow or throttled must forbid no failover, and a standby must not be called lost for it; functions that
 * nobody has called for months start cold, which the first look has woken.
 */
export async function lookAgain(
  world: World,
  observation: Observation,
  regions: readonly Region[],
  {signal}: ObserveOptions = {},
): Promise<Observation> {
  const awake = regions.flatMap((region) => observation.regions[region] ?? []).filter((side) => !isSilent(side))
  if (awake.length === 0) return observation
  const ask = sampler(world, {signal, deadlineMs: PATIENCE_MS})
  const {global, order} = observation
  const [seen, ...sides] = await Promise.all([
    global.reachable ? {global} : firstAnswer(order, askGlobal(world, ask)),
    ...awake.map(async (side) => {
      const {region, api, cluster} = side
      const [apiAgain, clusterAgain] = await Promise.all([
        api.reachable ? api : askApi(world, region, ask),
        cluster.reachable ? cluster : askCluster(world, region, ask),
      ])
      return {...side, api: apiAgain, cluster: clusterAgain}
    }),
  ])
  const again = Object.fromEntries(sides.map((side) => [side.region, side]))
  return {...observation, ...seen, regions: {...observation.regions, ...again}}
}

/** Milliseconds for what a switch would like to know, and goes without where it does not come. */
const USE_MS = 1000

/**
 * Asks, before a switch, how much capacity the region to leave has used. A region that does not answer is not asked, so that an
 * outage costs nothing.
 */
export async function lookAtUse(
  world: World,
  {regions}: Observation,
  region: Region,
  {signal}: ObserveOptions = {},
): Promise<Pick<RegionObservation, 'peakAcu'>> {
  const side = regions[region]
  if (!side?.cluster.reachable || !side.lagSeconds.reachable) return {}
  const ask = sampler(world, {signal, deadlineMs: USE_MS})
  const what = `the capacity used in ${region}`
  return {peakAcu: await ask(what, (inner) => world.capacity.peak(region, {signal: inner}))}
}

/**
 * Asks the primary's database how far the standby is behind, where the standby's metric has no recent datum. A primary whose API does not
 * answer is not asked, so that an outage costs nothing.
 */
export async function lookAtLag(
  world: World,
  observation: Observation,
  {signal}: ObserveOptions = {},
): Promise<Record<Region, Pick<RegionObservation, 'lag' | 'lagSeconds'>>> {
  const {regions, at} = observation
  const primary = primaryOf(observation)
  if (primary === undefined || !answersWell(regions[primary]!.api)) return {}
  const standby = otherRegion(observation, primary)
  const side = regions[standby]
  if (!side) return {}
  if (side.lag !== undefined && !isStale(side.lag, at)) return {}
  const ask = sampler(world, {signal, deadlineMs: USE_MS, deniedIsSilence: true})
  const told = await ask(`the lag of ${standby} by SQL`, (inner) => lagBySql(world, primary, standby, {signal: inner}))
  if (!told.reachable || told.value === undefined || isStale(told.value, at)) return {}
  return {[standby]: {lag: told.value, lagSeconds: {reachable: true, value: told.value.seconds}}}
}

/**
 * Asks, before a switch, what both regions must have alike. Where one of them does not answer nothing is asked, and what these
 * credentials may not read is not known: neither must keep anybody from leaving a region.
 */
export async function lookAtLikeness(
  world: World,
  {regions}: Observation,
  both: readonly Region[],
  {signal}: ObserveOptions = {},
): Promise<Record<Region, Pick<RegionObservation, 'concurrencyLimit' | 'secrets'>>> {
  if (!both.every((region) => regions[region]?.cluster.reachable && regions[region].writers.reachable)) return {}
  const ask = sampler(world, {signal, deadlineMs: USE_MS, deniedIsSilence: true})
  const looks = both.map(async (region) => {
    const [secrets, concurrencyLimit] = await Promise.all([
      ask(`the secrets in ${region}`, (inner) => world.vitals.secrets(region, {signal: inner})),
      ask(`the limit of functions in ${region}`, (inner) => world.vitals.concurrencyLimit(region, {signal: inner})),
    ])
    return [region, {secrets, concurrencyLimit}] as const
  })
  return Object.fromEntries(await Promise.all(looks))
}

/**
 * Asks, before a switch, what the tables of both regions are made of, where they can differ. It may start a function, so that nobody
 * waits for it whose clients are not served.
 */
export async function lookAtTables(
  world: World,
  {regions}: Observation,
  {from, to}: {from: Region; to: Region},
  {signal}: ObserveOptions = {},
): Promise<Record<Region, Pick<RegionObservation, 'tables'>>> {
  const {side} = world
  const api = regions[from]?.api
  if (!side || !api?.reachable || !api.value.ok || !regions[to]?.cluster.reachable) return {}
  const ask = sampler(world, {signal, deadlineMs: USE_MS, deniedIsSilence: true})
  const looks = [from, to].map(async (region) => {
    const tables = await ask(`the tables in ${region}`, async (inner) =>
      formsOf(await side(region).tables({signal: inner})),
    )
    return [region, {tables}] as const
  })
  return Object.fromEntries(await Promise.all(looks))
}

const formsOf = (tables: Table[]): Record<string, string> =>
  Object.fromEntries(
    tables.map(({name, key, options, columns, indexes, constraints}) => [
      name,
      JSON.stringify({key, options, columns, indexes, constraints}),
    ]),
  )

const askGlobal =
  ({database}: World, ask: Ask) =>
  (via: Region) =>
    ask(`the global database, read in ${via}`, (signal) => database.describe(via, {signal}))

const askCluster = ({database}: World, region: Region, ask: Ask): Promise<RegionObservation['cluster']> =>
  ask(`the cluster in ${region}`, (signal) => database.cluster(region, {signal}))

const askApi = ({api}: World, region: Region, ask: Ask): Promise<RegionObservation['api']> =>
  ask(`the API in ${region}`, (signal) => api.health(region, {signal}))

async function observeRegion(world: World, region: Region, ask: Ask): Promise<RegionObservation> {
  const {database, writers} = world
  const [cluster, proxy, api, mode, lag] = await Promise.all([
    askCluster(world, region, ask),
    ask(`the proxy in ${region}`, (signal) => database.proxy(region, {signal})),
    askApi(world, region, ask),
    ask(`the functions in ${region}`, (signal) => writers.mode(region, {signal})),
    ask(`the lag in ${region}`, (signal) => database.lag(region, {signal})),
  ])
  const lagSeconds = lag.reachable ? {reachable: true as const, value: lag.value?.seconds} : lag
  return {region, cluster, proxy, api, writers: mode, lagSeconds, ...(lag.reachable && {lag: lag.value})}
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
    throw new Silence(sample)
  })
  try {
    return await Promise.any(answered)
  } catch (error) {
    const causes: unknown[] = error instanceof AggregateError ? error.errors : [error]
    const fatal = causes.find((cause) => !(cause instanceof Silence))
    if (fatal) throw fatal
    const silences = causes.map((cause) => (cause as Silence).sample)
    const reason = silences.map((sample) => sample.reason).join('; ')
    const old = silences.some((sample) => sample.old)
    return {global: {reachable: false, reason, ...(old && {old})}}
  }
}

class Silence extends Error {
  constructor(readonly sample: Extract<Sample<unknown>, {reachable: false}>) {
    super(sample.reason)
  }
}

type Ask = <T>(what: string, call: (signal: AbortSignal) => Promise<T>) => Promise<Sample<T>>

interface SamplerOptions extends ObserveOptions {
  deniedIsSilence?: boolean
}

function sampler(world: World, {signal, deadlineMs = DEADLINE_MS, deniedIsSilence = false}: SamplerOptions): Ask {
  return async (what, call) => {
    try {
      return {reachable: true, value: await answerWithin({clock: world.clock, ms: deadlineMs, signal, what}, call)}
    } catch (error) {
      if (!(error instanceof DrError) || (error.exit === 'credentials' && !deniedIsSilence)) throw error
      return {reachable: false, reason: error.message, ...(error instanceof OldState && {old: true})}
    }
  }
}
