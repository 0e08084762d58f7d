/** One look at all that is judged: everything is asked at once, and nobody is waited for beyond a deadline. */

import {lastMeasured} from '../../engine/measured.js'
import type {MeasuredRun} from '../../engine/measured.js'
import {prepare} from '../../engine/prepare.js'
import {endOf, isFencedByUs, recentRuns} from '../../engine/unfinished.js'
import type {RunRecord} from '../../engine/unfinished.js'
import {DrError} from '../../errors.js'
import type {Deployment, Region} from '../../model/deployment.js'
import type {Diagnosis} from '../../model/diagnosis.js'
import type {UnprovenFence} from '../../model/fence.js'
import type {Refusal, Waiver} from '../../model/gate.js'
import {primaryOf} from '../../model/observation.js'
import type {Observation, Sample} from '../../model/observation.js'
import type {Place} from '../../model/permission.js'
import {homeOf, otherRegion, regionNames} from '../../model/regions.js'
import type {Asked, Identity, Reached} from '../../ports/checkup.js'
import type {ActiveOutage, Outage} from '../../ports/outage.js'
import type {Shortcoming} from '../../ports/route.js'
import type {RunStore} from '../../ports/runs.js'
import type {
  AlarmVitals,
  DistributionVitals,
  FunctionVitals,
  Peak,
  ScheduleVitals,
  SecretVitals,
  Trouble,
  Vitals,
} from '../../ports/vitals.js'
import type {Used} from '../../ports/used.js'
import {answerWithin} from '../../ports/waits.js'
import {withToken} from '../../ports/with-token.js'
import type {LeaseHolder, World} from '../../ports/world.js'
import type {HealthIntent} from './intents.js'
import {permitted} from './permitted.js'
import type {Permissions} from './permitted.js'
import {identityOnce, onceEach, sharing} from './share.js'
import type {Ask, Greeter} from './share.js'

/** Milliseconds. A call of an API may start a function first. */
const DEADLINE_MS = 3000
const COLD_MS = 5000

export interface LookInput {
  world: World
  vitals: Vitals
  checkup: Greeter
  outage: Outage
  runs: RunStore
  intent: HealthIntent
  /** For the permissions that the switch needs. */
  place: Place
  /** Seconds of lag above which a promotion is refused without consent. */
  maxLagSeconds: number
  signal: AbortSignal
}

/** What one region answered beside the observation. */
export interface RegionLook {
  functions: Sample<FunctionVitals[]>
  /** Calls of functions that the account may run at once. */
  concurrencyLimit: Sample<number>
  /** Requests a second to all APIs of the account. Undefined where AWS does not say. */
  requestRate: Sample<number | undefined>
  /** Undefined where AWS does not say. */
  snapshots: Sample<Used | undefined>
  /** Of the proxy. */
  subnets: Sample<string[]>
  trouble: Sample<Trouble>
  /** Only the primary's is judged, as what the standby has used says nothing; both are asked, as nobody knows yet which it is. */
  peak: Sample<Peak>
  schedules: Sample<ScheduleVitals[]>
  alarms: Sample<AlarmVitals[]>
  secrets: Sample<SecretVitals[]>
  /** Of its own pool: whether that has issued one, or why it has refused. */
  token: Sample<{refused?: string}>
  outage: Sample<ActiveOutage[]>
  reached: Asked<Reached>
  identity: Asked<Identity>
}

/** A read through the edge. */
export interface EdgeAnswer {
  status: number
  ok: boolean
  /** Who has served it; undefined where the answer does not say. */
  region?: Region
}

/** All that the checks judge. */
export interface Look {
  /** Epoch milliseconds, by AWS's clock. */
  at: number
  intent: HealthIntent
  deployment: Deployment
  maxLagSeconds: number
  observation: Observation
  diagnosis: Diagnosis
  /** Undefined where nobody could tell. */
  primary?: Region
  standby?: Region
  /** Of the switch that is asked for. */
  from: Region
  to: Region
  /** The region is the primary already: there is nothing to switch. */
  settled: boolean
  /** What stands in the way of it, the consent to loss aside. */
  refusals: Refusal[]
  regions: Record<Region, RegionLook>
  edge: Sample<EdgeAnswer>
  distribution: Sample<DistributionVitals>
  /** What of the route's set-up stops a steer or slows it down. */
  routeSetUp: Sample<Shortcoming[]>
  lease: Sample<LeaseHolder | undefined>
  permissions: Sample<Permissions>
  unfinished: RunRecord[]
  unprovenFence: UnprovenFence | null
  /** Regions whose writing functions an earlier run of ours has closed. */
  fencedByUs: Region[]
  /** When the newest switch ended, carried out or taken back. */
  endedAt?: number
  /** The newest switch that was carried out, and when it ended. */
  last?: {record: RunRecord; endedAt: number}
  /** The newest switch or drill that was measured. */
  measured?: MeasuredRun
}

const CONSENT: Waiver = {name: 'allow-data-loss', reason: 'only a look'}

/** Throws where credentials are missing: with them every answer would be meaningless. */
export async function look(input: LookInput): Promise<Look> {
  const {world, checkup, runs, intent, maxLagSeconds, signal} = input
  const {deployment} = world
  const recent = recentRuns(runs, deployment)
  const ask = sampler(input)
  const order = regionNames(deployment)
  const vitals = onceEach(input.vitals, signal)
  const identity = identityOnce(checkup, signal)
  const [
    prepared,
    {unfinished, last, endedAt},
    measured,
    edge,
    distribution,
    routeSetUp,
    lease,
    permissions,
    ...sides
  ] = await Promise.all([
    prepare({world: sharing(world, vitals), intent, maxLagSeconds, signal, recent: () => recent}),
    recent,
    lastMeasured(runs, deployment),
    ask('a read through the edge', COLD_MS, (inner) => throughEdge(world, inner)),
    ask('the distribution', DEADLINE_MS, (inner) => vitals.distribution({signal: inner})),
    ask('the set-up of the route', DEADLINE_MS, async (inner) => world.route.shortcomings?.({signal: inner}) ?? []),
    ask('the lease', DEADLINE_MS, (inner) => world.lease.holder({signal: inner})),
    permitted(
      order.map((region) => identity(region)),
      input,
      vitals,
      ask,
    ),
    ...order.map(async (region): Promise<[Region, FirstLook]> => [
      region,
      await lookAt(region, {vitals, checkup, world, identity}, ask),
    ]),
  ])
  const {observation, diagnosis, plan, unprovenFence, gates} = prepared
  const primary = primaryOf(observation)
  const regions = await Promise.all(
    sides.map(async ([region, side]): Promise<[Region, RegionLook]> => [
      region,
      {...side, outage: await outageIn(region, side, observation, input)},
    ]),
  )
  const settled = intent === 'failback' && primary === homeOf(deployment)
  return {
    at: world.database.now(),
    intent,
    deployment,
    maxLagSeconds,
    observation,
    diagnosis,
    ...(primary !== undefined && {primary, standby: otherRegion(deployment, primary)}),
    from: plan.from,
    to: plan.to,
    settled,
    refusals: settled ? [] : gates([CONSENT]).refusals,
    regions: Object.fromEntries(regions),
    edge,
    distribution,
    routeSetUp,
    lease,
    permissions,
    unfinished,
    unprovenFence,
    fencedByUs: order.filter((region) => isFencedByUs(region, {unfinished, last})),
    ...(endedAt !== undefined && {endedAt}),
    ...(measured && {measured}),
    ...(last && {last: {record: last, endedAt: endOf(last.lines)?.at ?? last.started.at}}),
  }
}

type FirstLook = Omit<RegionLook, 'outage'>

/**
 * A rehearsal outage shows: functions are closed, or the proxy has lost the database. Only then its memory is asked for, which stands
 * in a tag of every function.
 */
async function outageIn(
  region: Region,
  {functions}: FirstLook,
  {regions}: Observation,
  input: LookInput,
): Promise<RegionLook['outage']> {
  const side = regions[region]
  if (!functions.reachable) return functions
  const closed = functions.value.some(({reserved}) => reserved === 0)
  const cut = side?.proxy.reachable !== true || side.proxy.value.available === 0
  if (!closed && !cut) return {reachable: true, value: []}
  return sampler(input)(`the rehearsal outages in ${region}`, DEADLINE_MS, (signal) =>
    input.outage.active(region, {signal}),
  )
}

async function lookAt(
  region: Region,
  {
    vitals,
    checkup,
    world,
    identity: whoAsks,
  }: Pick<LookInput, 'checkup' | 'vitals' | 'world'> & Pick<Greeter, 'identity'>,
  ask: Ask,
): Promise<FirstLook> {
  const of = <T>(what: string, call: (signal: AbortSignal) => Promise<T>): Promise<Sample<T>> =>
    ask(`${what} in ${region}`, DEADLINE_MS, call)
  return allOf({
    functions: of('the functions', (signal) => vitals.functions(region, {signal})),
    concurrencyLimit: of('the account settings of Lambda', (signal) => vitals.concurrencyLimit(region, {signal})),
    requestRate: of('the account settings of API Gateway', (signal) => vitals.requestRate(region, {signal})),
    snapshots: of('the account attributes of RDS', (signal) => vitals.clusterSnapshots(region, {signal})),
    subnets: of('the proxy', (signal) => vitals.proxySubnets(region, {signal})),
    peak: of('the metrics of the database', (signal) => vitals.peak(region, {signal})),
    trouble: of('the metrics of the functions', (signal) => vitals.trouble(region, {signal})),
    schedules: of('the rules of EventBridge', (signal) => vitals.schedules(region, {signal})),
    alarms: of('the alarms', (signal) => vitals.alarms(region, {signal})),
    secrets: of('the secrets', (signal) => vitals.secrets(region, {signal})),
    token: of('the user pool', (signal) => issued(world, region, signal)),
    reached: checkup.reach(region),
    identity: whoAsks(region),
  })
}

/** `Promise.all` by name. */
async function allOf<T extends object>(asked: {[K in keyof T]: Promise<T[K]>}): Promise<T> {
  const names = Object.keys(asked) as (keyof T)[]
  const answers = await Promise.all(names.map((name) => asked[name]))
  return Object.fromEntries(names.map((name, index) => [name, answers[index]])) as T
}

async function issued({tokens}: World, region: Region, signal: AbortSignal): Promise<{refused?: string}> {
  try {
    await tokens.issue(region, {signal})
    return {}
  } catch (error) {
    if (error instanceof DrError && error.code === 'TokenRefused') return {refused: error.message}
    throw error
  }
}

async function throughEdge({api, tokens, workload, deployment}: World, signal: AbortSignal): Promise<EdgeAnswer> {
  const answer = await withToken(tokens, homeOf(deployment), {signal}, (token) =>
    api.edge({...workload.read(), token}, {signal}),
  )
  return {status: answer.status, ok: workload.outcomeOf('read', answer) === 'ok', region: answer.region}
}

/** Silence, and a no of AWS, are values with a reason: what one call lacks says nothing about the others. */
function sampler({world: {clock}, signal}: LookInput): Ask {
  return async (what, ms, call) => {
    try {
      return {reachable: true, value: await answerWithin({clock, ms, signal, what}, call)}
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof DrError)) throw error
      const {message, why, next} = error
      return {
        reachable: false,
        reason: why === undefined ? message : `${message}: ${why}`,
        ...(next !== undefined && next !== 'todo-dr status' && {next}),
      }
    }
  }
}
