/** Observation + intent -> Plan. Pure: a plan is made before anything is asked to change, and can be printed and signed. */

import type {Deployment, Region} from '../model/deployment.js'
import type {Observation} from '../model/observation.js'
import {primaryOf} from '../model/observation.js'
import {homeOf, otherRegion, regionNames} from '../model/regions.js'
import type {Plan, PlanStep} from '../model/plan.js'
import {
  catchUp,
  fence,
  fenceAgain,
  preflight,
  promoteByFailover,
  promoteBySwitchover,
  steerTo,
  takesWrite,
  unfenceSource,
  unfenceTarget,
  verify,
} from '../steps/registry.js'
import type {Route} from '../steps/registry.js'

export {digest} from './digest.js'

export interface PlanOptions {
  /** The region to promote; by default the one that is not the primary. */
  to?: Region
  /** Seconds of lag that count as caught up. */
  maxLagSeconds?: number
}

const CAUGHT_UP_SECONDS = 5

/** Drains first, loses nothing: both regions must answer. */
export function planSwitchover(observation: Observation, deployment: Deployment, options: PlanOptions = {}): Plan {
  const route = routeOf(observation, deployment, options.to)
  // A region that was closed before this run was closed by somebody for a reason: it is left as it was found.
  const fencedBefore = writersOf(observation, route.from) === 'fenced'
  return plan('switchover', route, deployment, [
    [preflight(route, 'required')],
    ...fence(route, deployment),
    [promoteBySwitchover(route)],
    [unfenceTarget(route)],
    ...handOver(route),
    ...(fencedBefore ? [] : [[unfenceSource(route)]]),
  ])
}

/** Promotes without the old primary. It stays fenced afterwards, until the failback has made it whole. */
export function planFailover(observation: Observation, deployment: Deployment, options: PlanOptions = {}): Plan {
  const route = routeOf(observation, deployment, options.to)
  return plan('failover', route, deployment, [
    [preflight(route, 'any')],
    ...fence(route, deployment),
    [promoteByFailover(route), fenceAgain(route)],
    ...(writersOf(observation, route.to) === 'open' ? [] : [[unfenceTarget(route)]]),
    ...handOver(route),
  ])
}

/** Waits until home has been rebuilt, then switches over to it. */
export function planFailback(_observation: Observation, deployment: Deployment, options: PlanOptions = {}): Plan {
  const route = {from: otherRegion(deployment, homeOf(deployment)), to: homeOf(deployment)}
  return plan('failback', route, deployment, [
    [catchUp(route, options.maxLagSeconds ?? CAUGHT_UP_SECONDS)],
    [preflight(route, 'required')],
    ...fence(route, deployment),
    [promoteBySwitchover(route)],
    [unfenceTarget(route)],
    ...handOver(route),
    [unfenceSource(route)],
  ])
}

/** Brings the route after a primary that has moved without it. From the route's first change on there is nothing to take back. */
export function planSteer(observation: Observation, deployment: Deployment, options: PlanOptions = {}): Plan {
  const route = routeBehind(observation, deployment, options.to)
  return plan('steer', route, deployment, followUp(route))
}

/**
 * What is left of a switch to a region that is the primary already: it is opened where it was fenced, takes a write, and clients
 * are sent to it.
 */
export function planRest(observation: Observation, deployment: Deployment, to: Region): Plan {
  const route = routeBehind(observation, deployment, to)
  const opened = writersOf(observation, to) === 'open'
  return plan('steer', route, deployment, [...(opened ? [] : [[unfenceTarget(route)]]), ...followUp(route)])
}

const followUp = (route: Route): PlanStep[][] => [
  [takesWrite(route)],
  [{...steerTo(route), pointOfNoReturn: true}],
  [verify(route)],
]

/** From the region that the route names to the primary. */
function routeBehind(observation: Observation, deployment: Deployment, wanted: Region | undefined): Route {
  const {edge} = observation
  const to = wanted ?? primaryOf(observation) ?? homeOf(deployment)
  const known = edge.reachable && edge.value !== to && regionNames(deployment).includes(edge.value)
  return {from: known ? edge.value : otherRegion(deployment, to), to}
}

/** After the promotion: a proven write, then the edge, then the proof per method. Never the edge first. */
const handOver = (route: Route): PlanStep[][] => [[takesWrite(route)], [steerTo(route)], [verify(route)]]

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
