/** The one body of every switch of the primary: look, diagnose, plan, gates, consent, run. */

import {isSilent} from '../../diagnose.js'
import {planEvent, prepare, showVerdict, unprovenEvent} from '../../engine/prepare.js'
import type {Prepared} from '../../engine/prepare.js'
import type {RunOutcome} from '../../engine/outcome.js'
import {runPlan} from '../../engine/run-plan.js'
import type {RecentRuns} from '../../engine/unfinished.js'
import {DrError} from '../../errors.js'
import type {GateVerdict} from '../../gates/index.js'
import type {Emit} from '../../messages.js'
import type {Region} from '../../model/deployment.js'
import {saferThanFailover} from '../../model/diagnosis.js'
import type {Waiver} from '../../model/gate.js'
import type {Observation, RegionObservation, Sample} from '../../model/observation.js'
import type {Approval} from '../../model/pipeline.js'
import type {Plan, SwitchIntent} from '../../model/plan.js'
import {regionOf} from '../../model/regions.js'
import {digest} from '../../plans/digest.js'
import type {Consent} from '../../ports/consent.js'
import type {Run} from '../../ports/runs.js'
import type {World} from '../../ports/world.js'
import type {SwitchResult} from './result.js'

export interface SwitchInput {
  /** Its name, for the result. */
  target: string
  intent: SwitchIntent
  world: World
  /** Seconds of lag above which a promotion is refused without consent. */
  maxLagSeconds: number
  /** The region to promote; by default the one that is not the primary. */
  to?: Region
  /** Fence the old primary of a planned switch, and wait for its calls in flight, before the roles are exchanged. */
  drain?: boolean
  /** Given beforehand: by --waive, or by a drill on a lab. */
  waivers?: Waiver[]
  /** Of --allow-data-loss: who is to say yes. */
  lossConsent?: Consent
  /** Asked before a switch is begun; throws where the answer is no. */
  goAhead?: (plan: Plan) => Promise<void>
  /** Stop after the gates. */
  dryRun?: boolean
  /** The runs of the deployment. */
  recent: () => Promise<RecentRuns>
  /** Called once, when nothing stands in the way. */
  newRun: () => Promise<Run>
  /** Who holds the operator lease. */
  operator: string
  /** Of a failover pipeline. */
  approval?: Approval
  /** What was seen a moment ago, and is not looked at again. */
  seen?: Observation
  /** Called when the diagnosis stands: the instant, epoch milliseconds, from which deciding counts; by default that of the call. */
  diagnosed?: () => number
  emit: Emit
  signal: AbortSignal
}

/** What a look needs, before anything is run. */
export type LookInput = Omit<SwitchInput, 'target' | 'newRun' | 'operator' | 'approval' | 'dryRun' | 'goAhead'>

/** What was seen, what was planned and what stands in the way of it. */
export interface SwitchLook extends GateVerdict, Pick<Prepared, 'diagnosis' | 'plan' | 'unprovenFence'> {
  /** The region is the primary already, and clients are served there. */
  settled: boolean
  waivers: Waiver[]
  decidedFrom: number
}

const ACCEPTED: Waiver = {
  name: 'allow-data-loss',
  reason: '--allow-data-loss, confirmed with the application name',
}

/** Throws `RegionUnknown` (exit usage), and what the consent and the run throw. */
export async function runSwitch(input: SwitchInput): Promise<SwitchResult> {
  const look = await lookBeforeSwitch(input)
  if (!mayRun(look, input)) return resultOf(input, look)
  await askToGoAhead(input, look)
  return resultOf(input, look, await carryOut(input, look, await input.newRun()))
}

/** Throws where the answer is no. A steer is all that is left of a switch: it stops nothing. */
export async function askToGoAhead({goAhead}: SwitchInput, {plan}: SwitchLook): Promise<void> {
  if (plan.intent !== 'steer') await goAhead?.(plan)
}

export function resultOf({target, dryRun = false}: SwitchInput, look: SwitchLook, outcome?: RunOutcome): SwitchResult {
  const {diagnosis, plan, unprovenFence, refusals, waived} = look
  const {intent} = plan
  return {
    schemaVersion: 1,
    target,
    intent,
    dryRun,
    diagnosis,
    plan,
    digest: digest(plan),
    refusals,
    waived,
    unprovenFence,
    outcome: outcome ?? null,
  }
}

/** False where it ends after the gates, which is told. */
export function mayRun(look: SwitchLook, {dryRun, emit}: Pick<SwitchInput, 'dryRun' | 'emit'>): boolean {
  const {refusals, settled, plan, unprovenFence: fence} = look
  if (settled && refusals.length === 0) {
    const there = `${plan.to} is the primary already, and clients are served there`
    if (fence) emit(unprovenEvent(fence, `${there}, but ${fence.text}`))
    else emit({code: 'done', text: `${there}: nothing is left to do.`})
    return false
  }

  if (dryRun && refusals.length === 0)
    emit({code: 'done', text: 'No gate refuses this plan; a dry run changes nothing.'})
  return !dryRun && refusals.length === 0
}

/** Changes nothing. Says what it sees. */
export async function lookBeforeSwitch(input: LookInput): Promise<SwitchLook> {
  const {world, intent, to, emit} = input
  if (to !== undefined) regionOf(world.deployment, to)
  const began = world.clock.now()
  const prepared = await prepareInTime(input)
  const decidedFrom = input.diagnosed?.() ?? began
  const {diagnosis, plan, unprovenFence} = prepared
  emit({code: 'diagnosis', ...diagnosis})
  emit(planEvent(plan))
  const settled = intent !== 'steer' && plan.intent === 'steer' && isSettled(prepared)
  if (intent !== 'steer' && plan.intent === 'steer' && !settled) {
    emit({code: 'note', text: `${plan.to} is the primary already: only the rest of the switch is left`})
    if (unprovenFence) emit(unprovenEvent(unprovenFence))
  }

  const safer = plan.intent === 'failover' ? saferThanFailover(diagnosis, plan.to) : undefined
  if (safer) emit({code: 'warning', text: `${safer.why}: a failover would only risk loss`, hint: safer.hint})

  const waivers = await waiversOf(input, prepared)
  const verdict = prepared.gates(waivers)
  showVerdict(verdict, emit)
  return {diagnosis, plan, unprovenFence, ...verdict, waivers, decidedFrom, settled}
}

/** So many looks a planned switch takes before an answer that is missing refuses it. */
const LOOKS = 3

/** One answer may be late, and a planned switch has time: it looks again. A failover is decided by what is seen now. */
async function prepareInTime(input: LookInput): Promise<Prepared> {
  const {seen, ...anew} = input
  for (let looks = 1; ; looks++) {
    const prepared = await prepare({...anew, ...(looks === 1 && seen && {seen}), toAct: true})
    const missing = prepared.plan.intent === 'failover' ? undefined : missingAnswer(prepared.observation)
    const refused = prepared.gates(input.waivers ?? []).refusals.length > 0
    if (!refused || missing === undefined || looks === LOOKS) return prepared
    input.emit({code: 'note', text: `${missing}; looking again`})
  }
}

/** The first, with its reason, of a region that answers otherwise, or of what stands in none while a region answers. */
function missingAnswer({order, regions, global, edge}: Observation): string | undefined {
  const answering = order.map((region) => regions[region]).filter((side) => side !== undefined && !isSilent(side))
  if (answering.length === 0) return undefined
  const samples = [global, edge, ...answering.flatMap((side) => samplesOf(side!))]
  return samples.flatMap((sample) => (sample && !sample.reachable ? [sample.reason] : []))[0]
}

const samplesOf = (side: RegionObservation): (Sample<unknown> | undefined)[] => {
  const {cluster, proxy, api, writers, lagSeconds, peakAcu, secrets, tables, concurrencyLimit} = side
  return [cluster, proxy, api, writers, lagSeconds, peakAcu, secrets, tables, concurrencyLimit]
}

/** Nothing is left of a switch to the primary: the route names it, and its API and its functions are well. */
function isSettled({observation: {edge, regions}, plan: {to}}: Prepared): boolean {
  const side = regions[to]
  const open = side?.writers.reachable === true && side.writers.value === 'open'
  return edge.reachable && edge.value === to && open && side.api.reachable && side.api.value.ok
}

export function carryOut(input: SwitchInput, {plan, waivers, decidedFrom}: SwitchLook, run: Run): Promise<RunOutcome> {
  const {world, operator, approval, emit, signal} = input
  return runPlan({plan, world, run, waivers, approval, owner: `${operator} ${run.id}`, decidedFrom, emit, signal})
}

/** A person is asked only where the consent is all that is missing, and after the risk was shown. */
async function waiversOf({waivers = [], lossConsent, emit}: LookInput, {gates}: Prepared): Promise<Waiver[]> {
  if (!lossConsent) return waivers
  const accepted = [...waivers, ACCEPTED]
  if (lossConsent.given()) return accepted
  if (gates(accepted).refusals.length > 0) return waivers
  const risk = (): void => {
    for (const {gate, reason, hint} of gates(waivers).refusals)
      emit({code: 'refusal', gate, reason, hint, waived: false})
  }

  return (await lossConsent.ask(risk)) ? accepted : waivers
}

/** For whoever cannot give a refusal as a result. */
export const switchRefused = ({
  plan: {intent, to},
  refusals: [first],
}: Pick<SwitchResult, 'plan' | 'refusals'>): DrError =>
  new DrError({
    code: 'Refused',
    exit: 'refused',
    what: `the ${intent} to ${to} is refused by ${first!.gate}`,
    why: first!.reason,
    next: first!.hint,
  })
