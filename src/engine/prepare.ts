/** Before a run: look, diagnose, plan, ask all gates. Changes nothing. */

import {diagnose} from '../diagnose.js'
import type {Emit} from '../messages.js'
import {checkGates} from '../gates/index.js'
import type {GateVerdict} from '../gates/index.js'
import type {Diagnosis} from '../model/diagnosis.js'
import type {Region} from '../model/deployment.js'
import type {GateInput, Waiver} from '../model/gate.js'
import {primaryOf} from '../model/observation.js'
import type {Observation} from '../model/observation.js'
import {homeOf} from '../model/regions.js'
import type {Intent, Plan} from '../model/plan.js'
import {digest, planFailback, planFailover, planRest, planSteer, planSwitchover} from '../plans/index.js'
import {askApiAgain, observe} from '../probes/observe.js'
import type {World} from '../ports/world.js'
import type {RunRecord} from './unfinished.js'

const PLANS = {failover: planFailover, switchover: planSwitchover, failback: planFailback, steer: planSteer}

/** A switch to a region that is the primary already has the intent `steer`: only the rest of it is left. */
export interface Prepared {
  observation: Observation
  diagnosis: Diagnosis
  plan: Plan
  /** Asks the gates, and once more with other waivers: what stands in the way of this plan. */
  gates(waivers: Waiver[]): GateVerdict
}

export interface PrepareInput {
  world: World
  intent: Intent
  /** The region to promote; by default the one that is not the primary. */
  to?: Region
  maxLagSeconds: number
  /** The unfinished runs of the deployment, newest first. Asked beside the look: a region that is gone must cost its silence once. */
  unfinished: () => Promise<RunRecord[]>
  signal: AbortSignal
}

export async function prepare(input: PrepareInput): Promise<Prepared> {
  const {world, intent, to, maxLagSeconds, signal} = input
  const wanted = intent === 'failback' ? homeOf(world.deployment) : to
  const planned = (seen: Observation): Plan =>
    intent !== 'steer' && wanted !== undefined && primaryOf(seen) === wanted
      ? planRest(seen, world.deployment, wanted)
      : PLANS[intent](seen, world.deployment, {to, maxLagSeconds})
  const [seen, [openRun]] = await Promise.all([observe(world, {signal}), input.unfinished()])
  const observation = await askApiAgain(world, seen, planned(seen).to, {signal})
  const diagnosis = diagnose(observation)
  const plan = planned(observation)
  const asked: GateInput = {
    intent: plan.intent,
    from: plan.from,
    to: plan.to,
    observation,
    diagnosis,
    maxLagSeconds,
    openRun: openRun && {id: openRun.run.id, intent: openRun.plan.intent, to: openRun.plan.to},
  }
  return {observation, diagnosis, plan, gates: (waivers) => checkGates(asked, waivers)}
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
