/** Observation + intent -> Plan. Pure: a plan is made before anything is asked to change, and can be printed and signed. */

import {isSilent} from '../diagnose.js'
import type {Deployment, Region} from '../model/deployment.js'
import type {Observation} from '../model/observation.js'
import {primaryOf} from '../model/observation.js'
import {missingCapacity, raisedIn} from './capacity.js'
import {answersWell} from '../model/database-status.js'
import {homeOf, otherRegion, regionNames} from '../model/regions.js'
import type {Plan, PlanStep} from '../model/plan.js'
import {
  catchUp,
  fence,
  fenceAgain,
  keepLeft,
  openStandby,
  preflight,
  promoteByFailover,
  promoteBySwitchover,
  raise,
  replicatesAgain,
  restore,
  settle,
  steerTo,
  takesWrite,
  unfenceSource,
  unfenceTarget,
  upgrade,
  verify,
  wake,
  warm,
  watch,
} from '../steps/registry.js'
import type {Route} from '../steps/registry.js'

export {digest} from './digest.js'

export interface PlanOptions {
  /** The region to promote; by default the one that is not the primary. */
  to?: Region
  /** Seconds of lag that count as caught up. */
  maxLagSeconds?: number
  /** Of a planned switch: fence the old primary, and wait until its calls in flight have ended, before the roles are exchanged. */
  drain?: boolean
}

const CAUGHT_UP_SECONDS = 5

/** Loses nothing: both regions must answer. */
export function planSwitchover(observation: Observation, deployment: Deployment, options: PlanOptions = {}): Plan {
  const route = routeOf(observation, deployment, options.to)
  return plan('switchover', route, deployment, [
    ...exchange(observation, deployment, route, options.drain),
    ...restoring(observation, route, route.to === homeOf(deployment) ? regionNames(deployment) : []),
  ])
}

/**
 * Everything that can be done beforehand is, while clients are served: the target is opened, and its functions are woken. Then one
 * call exchanges the roles, and clients follow as soon as the target takes a write. The old primary is fenced only to drain it, as
 * Aurora makes it read-only before it promotes the target (see `promoteSwitchover`).
 */
function exchange(observation: Observation, deployment: Deployment, route: Route, drain = false): PlanStep[][] {
  const raising = raisingOf(observation, route)
  // A region that was closed before this run was closed by somebody for a reason: it is left as it was found.
  const reopens = drain && writersOf(observation, route.from) !== 'fenced'
  return [
    [preflight(route, 'required'), ...raising.before],
    ...(writersOf(observation, route.to) === 'open' ? [] : [[openStandby(route)]]),
    [warm(route)],
    ...(drain ? fence(route, deployment) : []),
    [promoteBySwitchover(route)],
    ...handOver(route, deployment, {also: raising.after}),
    [settle(route)],
    ...(reopens ? [[unfenceSource(route)]] : []),
  ]
}

/** Promotes without the old primary. It stays fenced afterwards, until the failback has made it whole. */
export function planFailover(observation: Observation, deployment: Deployment, options: PlanOptions = {}): Plan {
  const route = routeOf(observation, deployment, options.to)
  return plan('failover', route, deployment, [
    ...closing(observation, route, deployment),
    [promoteByFailover(route), fenceAgain(route)],
    ...(writersOf(observation, route.to) === 'open' ? [] : [[unfenceTarget(route)]]),
    ...handOver(route, deployment, {escaped: true, also: afterwards(raisingOf(observation, route))}),
    ...restoring(observation, route, route.to === homeOf(deployment) ? [route.to] : []),
  ])
}

/**
 * The fence comes after the last look at the target: it would stop clients for a promotion that cannot succeed. Where the old primary
 * does not answer it stops nobody, and its deadline passes beside that look.
 */
function closing(observation: Observation, route: Route, deployment: Deployment): PlanStep[][] {
  const first = [preflight(route, 'any'), wake(route)]
  const [close, ...proofs] = fence(route, deployment, [warm(route)])
  const old = observation.regions[route.from]
  return old && isSilent(old) ? [[...first, ...close!], ...proofs] : [first, close!, ...proofs]
}

/** Waits until home has been rebuilt, then switches over to it. */
export function planFailback(observation: Observation, deployment: Deployment, options: PlanOptions = {}): Plan {
  const route = {from: otherRegion(deployment, homeOf(deployment)), to: homeOf(deployment)}
  return plan('failback', route, deployment, [
    [catchUp(route, options.maxLagSeconds ?? CAUGHT_UP_SECONDS)],
    ...exchange(observation, deployment, route, options.drain),
    [keepLeft(route.to)],
    ...restoring(observation, route, regionNames(deployment)),
  ])
}

/** Brings the route after a primary that has moved without it. From the route's first change on there is nothing to take back. */
export function planSteer(observation: Observation, deployment: Deployment, options: PlanOptions = {}): Plan {
  const route = routeBehind(observation, deployment, options.to)
  return plan('steer', route, deployment, followUp(observation, route, deployment))
}

/**
 * What is left of a switch to a region that is the primary already: it is opened where it was fenced, takes a write, and clients
 * are sent to it. Nothing is opened on one look of RDS: a closed region whose role no run of ours explains (`expected`) is watched first.
 */
export function planRest(
  observation: Observation,
  deployment: Deployment,
  to: Region,
  {expected}: {expected: boolean},
): Plan {
  const route = routeBehind(observation, deployment, to)
  const opened = writersOf(observation, to) === 'open'
  return plan('steer', route, deployment, [
    ...(opened || expected ? [] : [[watch(route)]]),
    ...(opened ? [] : [[unfenceTarget(route)]]),
    ...followUp(observation, route, deployment),
  ])
}

/**
 * One region after the other, by who writes now: the standby first, and the primary once that replicates again ("upgrade all of the secondary
 * clusters before you upgrade the primary", Aurora user guide, "Upgrading an Amazon Aurora global database"). From the first
 * upgrade on there is no way back. Where the primary takes writes, it must take them afterwards too.
 */
export function planUpgrade(
  observation: Observation,
  deployment: Deployment,
  {version, maxLagSeconds = CAUGHT_UP_SECONDS}: {version: string; maxLagSeconds?: number},
): Plan {
  const primary = primaryOf(observation) ?? homeOf(deployment)
  const standby = otherRegion(deployment, primary)
  const api = observation.regions[primary]?.api
  const serves = api !== undefined && answersWell(api) && writersOf(observation, primary) === 'open'
  const replicates = (id: string): PlanStep => replicatesAgain(id, {from: primary, to: standby}, maxLagSeconds)
  return plan('upgrade', {from: standby, to: primary}, deployment, [
    [{...upgrade({region: standby, version, role: 'standby'}), pointOfNoReturn: true}],
    [replicates('standby-replicates')],
    [upgrade({region: primary, version, role: 'primary'})],
    ...(serves ? [[takesWrite({from: standby, to: primary})]] : []),
    [replicates('primary-replicates')],
  ])
}

/** The version that an upgrade's plan is for. */
export const upgradedTo = ({stages}: Plan): string =>
  String(stages.flat().find(({kind}) => kind === 'upgrade-cluster')?.args.version)

function followUp({regions}: Observation, route: Route, deployment: Deployment): PlanStep[][] {
  const left = regions[route.from]
  const escaped = left !== undefined && isSilent(left)
  return [[takesWrite(route)], [{...steerTo(route, deployment, escaped), pointOfNoReturn: true}], [verify(route)]]
}

/** From the region that the route names to the primary. */
function routeBehind(observation: Observation, deployment: Deployment, wanted: Region | undefined): Route {
  const {edge} = observation
  const to = wanted ?? primaryOf(observation) ?? homeOf(deployment)
  const known = edge.reachable && edge.value !== to && regionNames(deployment).includes(edge.value)
  return {from: known ? edge.value : otherRegion(deployment, to), to}
}

/** After the promotion: a proven write, then the edge, then the proof per method. Never the edge first. */
const handOver = (
  route: Route,
  deployment: Deployment,
  {escaped = false, also}: {escaped?: boolean; also: PlanStep[]},
): PlanStep[][] => [[takesWrite(route), ...also], [steerTo(route, deployment, escaped)], [verify(route)]]

/**
 * Before a planned switch, while clients are served; after the promotion and beside the rest, where they wait already: a cluster that
 * is just being changed might not be promoted. Nothing where the target has enough, or nothing is known of the primary's use.
 */
function raisingOf(observation: Observation, route: Route): {before: PlanStep[]; after: PlanStep[]} {
  const acu = missingCapacity(observation, route)
  if (acu === undefined) return {before: [], after: []}
  const step = raise(route, acu)
  const from = observation.regions[route.from]
  return from && answersWell(from.api) ? {before: [step], after: []} : {before: [], after: [beside(step)]}
}

/** A failover's clients wait, whatever a look has seen. */
const afterwards = ({before, after}: ReturnType<typeof raisingOf>): PlanStep[] => [...before.map(beside), ...after]

const beside = (step: PlanStep): PlanStep => ({...step, phase: 'connect', beside: true})

/** What was raised, by this plan or before it, is put back once clients are served at home. */
function restoring(observation: Observation, route: Route, regions: readonly Region[]): PlanStep[][] {
  const raises = missingCapacity(observation, route) !== undefined
  const raised = regions.filter((region) => raisedIn(observation, region) || (region === route.to && raises))
  return raised.length === 0 ? [] : [raised.map((region) => restore(region))]
}

function plan(intent: Plan['intent'], {from, to}: Route, {app}: Deployment, stages: PlanStep[][]): Plan {
  return {schemaVersion: 1, intent, app, from, to, stages}
}

/** Total, so that the gates can refuse with a plan at hand: without a known primary it is the region beside the target. */
function routeOf(observation: Observation, deployment: Deployment, wanted: Region | undefined): Route {
  const primary = primaryOf(observation)
  const to = wanted ?? otherRegion(deployment, primary ?? homeOf(deployment))
  const from = primary !== undefined && primary !== to ? primary : otherRegion(deployment, to)
  return {from, to}
}

function writersOf(observation: Observation, region: Region): string | undefined {
  const writers = observation.regions[region]?.writers
  return writers?.reachable ? writers.value : undefined
}
