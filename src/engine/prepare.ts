/** Before a run: look, diagnose, plan, ask all gates. Changes nothing. */

import {diagnose} from '../diagnose.js'
import type {Emit} from '../messages.js'
import {checkGates} from '../gates/index.js'
import type {GateVerdict} from '../gates/index.js'
import type {Diagnosis} from '../model/diagnosis.js'
import type {Region} from '../model/deployment.js'
import {howToClose} from '../model/fence.js'
import type {UnprovenFence} from '../model/fence.js'
import type {GateInput, Waiver} from '../model/gate.js'
import {primaryOf} from '../model/observation.js'
import type {Observation, RegionObservation} from '../model/observation.js'
import {homeOf} from '../model/regions.js'
import type {Plan, SwitchIntent} from '../model/plan.js'
import {digest, planFailback, planFailover, planRest, planSteer, planSwitchover} from '../plans/index.js'
import {lookAgain, lookAtLag, lookAtLikeness, lookAtTables, lookAtUse} from '../probes/observe.js'
import {lookBesideRuns} from './look.js'
import type {LookInput} from './look.js'
import {isFencedByUs, openRunOf} from './unfinished.js'
import {findUnprovenFence} from './unproven-fence.js'

const PLANS = {failover: planFailover, switchover: planSwitchover, failback: planFailback, steer: planSteer}

/** A switch to a region that is the primary already has the intent `steer`: only the rest of it is left. */
export interface Prepared {
  observation: Observation
  diagnosis: Diagnosis
  plan: Plan
  /** Of an earlier failover. */
  unprovenFence: UnprovenFence | null
  /** Asks the gates, and once more with other waivers: what stands in the way of this plan. */
  gates(waivers: Waiver[]): GateVerdict
}

/** `seen`: of a failover that is measured: clients wait, so that no second look is taken. */
export interface PrepareInput extends LookInput {
  intent: SwitchIntent
  /** The region to promote; by default the one that is not the primary. */
  to?: Region
  maxLagSeconds: number
  /** Of a planned switch: see `PlanOptions`. */
  drain?: boolean
}

export async function prepare(input: PrepareInput): Promise<Prepared> {
  const {world, intent, to, maxLagSeconds, drain, toAct, signal} = input
  const wanted = intent === 'failback' ? homeOf(world.deployment) : to
  const {observation: seen, recent} = await lookBesideRuns(input)
  const promoted = world.known.newest?.to
  const planned = (seen: Observation): Plan =>
    intent !== 'steer' && wanted !== undefined && primaryOf(seen) === wanted
      ? planRest(seen, world.deployment, wanted, {expected: promoted === wanted})
      : PLANS[intent](seen, world.deployment, {to, maxLagSeconds, drain})
  const first = planned(seen)
  const moves = first.intent !== 'steer'
  const [again, use, likeness, tables, lag] = await Promise.all([
    lookAgain(world, seen, [first.to], {signal}),
    moves ? lookAtUse(world, seen, first.from, {signal}) : {},
    lookAtLikeness(world, seen, moves ? [first.from, first.to] : [], {signal}),
    moves && toAct ? lookAtTables(world, seen, first, {signal}) : {},
    lookAtLag(world, seen, {signal}),
  ])
  const observation = [likeness, tables, lag, {[first.from]: use}].reduce<Observation>(
    (all, more) => withSides(all, more),
    again,
  )
  const openRun = openRunOf(recent.unfinished)
  const diagnosis = diagnose(observation, openRun)
  const plan = planned(observation)
  const asked: GateInput = {
    intent: plan.intent,
    from: plan.from,
    to: plan.to,
    observation,
    diagnosis,
    maxLagSeconds,
    openRun,
    fencedByUs: isFencedByUs(plan.to, recent),
  }
  const unprovenFence = findUnprovenFence(observation, recent, world.deployment)
  return {observation, diagnosis, plan, unprovenFence, gates: (waivers) => checkGates(asked, waivers)}
}

function withSides(observation: Observation, more: Record<Region, Partial<RegionObservation>>): Observation {
  const regions = Object.entries(observation.regions).map(([region, side]) => [region, {...side, ...more[region]}])
  return {...observation, regions: Object.fromEntries(regions) as Observation['regions']}
}

/** A plan as an event: what will be done, in which order, within which time. */
export function planEvent(plan: Plan): Parameters<Emit>[0] {
  const {intent, from, to, stages} = plan
  const steps = stages.flatMap((stage, index) =>
    stage.map(({id, title, deadlineSeconds, beside}) => ({id, title, stage: index + 1, deadlineSeconds, beside})),
  )
  return {code: 'plan', intent, from, to, steps, digest: digest(plan)}
}

/** Every refusal together, those that a waiver lifts too. */
export function showVerdict({refusals, waived}: GateVerdict, emit: Emit): void {
  for (const refusal of waived) emit({code: 'refusal', ...refusal, waived: true})
  for (const refusal of refusals) emit({code: 'refusal', ...refusal, waived: false})
}

/** Of a fence that nothing has proven, and how a person closes the region: no switch that is left to do closes it. */
export const unprovenEvent = (fence: UnprovenFence, text = fence.text): Parameters<Emit>[0] => ({
  code: 'warning',
  text,
  hint: howToClose(fence).join('\n'),
})
