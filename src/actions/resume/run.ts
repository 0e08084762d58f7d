/** Goes on with a run that was killed or stopped, or takes it back. */

import {promotionHasBegun} from '../../engine/execute.js'
import {touchedSteps} from '../../engine/journal.js'
import {planEvent} from '../../engine/prepare.js'
import {journaledWaivers, refuseWhileAlive, resumePlan, undoPlan} from '../../engine/run-plan.js'
import {endOf, readRecord, recentRuns, refuseSuperseded, restOf} from '../../engine/unfinished.js'
import type {RunRecord} from '../../engine/unfinished.js'
import {DrError} from '../../errors.js'
import type {ExitName} from '../../errors.js'
import type {Emit} from '../../messages.js'
import type {Region} from '../../model/deployment.js'
import type {Refusal, Waiver} from '../../model/gate.js'
import {inWords} from '../../model/plan.js'
import type {Plan} from '../../model/plan.js'
import {regionNames} from '../../model/regions.js'
import {upgradedTo} from '../../plans/index.js'
import type {Consent} from '../../ports/consent.js'
import type {RunStore} from '../../ports/runs.js'
import type {World} from '../../ports/world.js'
import {lookBeforeSwitch} from '../switch/run.js'
import {lookBeforeUpgrade} from '../upgrade/run.js'
import type {ResumeResult} from './result.js'

export interface ResumeInput {
  target: string
  world: World
  runs: RunStore
  /** The id of the run; by default the newest unfinished one. */
  run?: string
  /** Take back what it did, instead of going on. */
  undo: boolean
  /** Stop after the gates. */
  dryRun: boolean
  /** Seconds of lag above which a promotion is refused without consent. */
  maxLagSeconds: number
  /** Given beforehand by --waive. Those of the first command were for the situation of then. */
  waivers?: Waiver[]
  /** Of --allow-data-loss: who is to say yes. As with the waivers, that of the first command does not count. */
  lossConsent?: Consent
  emit: Emit
  signal: AbortSignal
}

/**
 * A run whose promotion has begun is finished. Any other one is looked at as a new command would be, as the situation may have
 * changed since: diagnosis, gates, consent. Throws `RunUnknown`, and what the engine throws.
 */
export async function runResume(input: ResumeInput): Promise<{result: ResumeResult; exit: ExitName}> {
  const {world, target, dryRun, undo, emit, signal} = input
  const record = await recordOf(input)
  const result: ResumeResult = {schemaVersion: 1, target, dryRun, run: null, rest: [], refusals: [], outcome: null}
  if (!record) {
    const unseen = await input.runs.unseen()
    if (unseen.length === regionNames(world.deployment).length) throw runsUnseen(unseen)
    const but =
      unseen.length > 0 ? ` on this machine or in the regions that answer; ${unseen.join(' and ')} did not` : ''
    emit({code: 'done', text: `There is no unfinished run to resume${but}.`, next: 'todo-dr status'})
    return {result, exit: 'done'}
  }

  const {run, plan, lines} = record
  result.run = run.id
  if (endOf(lines)) {
    const outcome = await resumePlan({record, world, waivers: [], emit, signal})
    return {result: {...result, outcome}, exit: outcome.exit}
  }

  refuseWhileAlive(record)
  tell(record, emit)
  result.rest = restOf(record).map(({title}) => title)
  if (undo) {
    if (dryRun) return {result, exit: 'done'}
    const outcome = await undoPlan({record, world, waivers: [], emit, signal})
    return {result: {...result, outcome}, exit: outcome.exit}
  }

  const begun = await promotionHasBegun(plan, touchedSteps(lines), {world, runId: run.id})
  const {waivers, refusals} = begun
    ? {waivers: journaledWaivers(record), refusals: []}
    : await lookAfresh(record, input)
  if (refusals.length > 0) {
    const back = `todo-dr resume ${run.id} --undo`
    emit({code: 'warning', text: `The ${plan.intent} ${run.id} stays as it is`, hint: `${back} takes back what it did`})
    return {result: {...result, refusals}, exit: 'refused'}
  }

  if (dryRun) {
    emit({code: 'done', text: 'No gate refuses this; a dry run changes nothing.'})
    return {result, exit: 'done'}
  }

  const outcome = await resumePlan({record, world, waivers, emit, signal})
  return {result: {...result, outcome}, exit: outcome.exit}
}

async function recordOf({runs, run: id, world: {deployment}}: ResumeInput): Promise<RunRecord | undefined> {
  const wanted = id ?? (await recentRuns(runs, deployment)).unfinished[0]?.run.id
  if (wanted === undefined) return undefined
  const record = await readRecord(await runs.open(wanted), deployment)
  if (id !== undefined && !endOf(record.lines)) await refuseSuperseded(record, runs, deployment)
  return record
}

/** A run of another machine must not be taken for none. */
const runsUnseen = (regions: readonly Region[]): DrError =>
  new DrError({
    code: 'RunsUnseen',
    exit: 'unknown',
    what: 'this machine has no unfinished run, and the runs of other machines could not be seen; nothing was changed',
    why: `${regions.join(' and ')} did not list the copies of runs`,
    next: 'todo-dr resume again, on this machine or on the one that began the run; todo-dr status shows what answers',
  })

/** Whose run it is, and what is left of its plan. */
function tell(record: RunRecord, emit: Emit): void {
  const {run, plan, started} = record
  const {stages} = plan
  const since = new Date(started.at).toISOString()
  emit({code: 'note', text: `${run.id}: ${inWords(plan)}, started ${since} by ${started.owner}`})
  const left = new Set(restOf(record))
  const rest = stages.map((stage) => stage.filter((step) => left.has(step))).filter((stage) => stage.length > 0)
  emit(planEvent({...plan, stages: rest}))
}

async function lookAfresh({plan}: RunRecord, input: ResumeInput): Promise<{waivers: Waiver[]; refusals: Refusal[]}> {
  const {intent, to} = plan
  if (intent === 'upgrade') return lookAtUpgrade(plan, input)
  const look = await lookBeforeSwitch({
    ...input,
    intent,
    to,
    recent: async () => ({last: (await recentRuns(input.runs, input.world.deployment)).last, unfinished: []}),
    emit: (event) => event.code === 'plan' || input.emit(event),
  })
  const {waivers, refusals} = look
  return {waivers, refusals: [...refusals, ...misfits(plan, look.plan)]}
}

/** The consent of the first command counts: what an upgrade risks has not changed since. */
async function lookAtUpgrade(plan: Plan, input: ResumeInput): Promise<{waivers: Waiver[]; refusals: Refusal[]}> {
  const look = await lookBeforeUpgrade({
    ...input,
    to: upgradedTo(plan),
    recent: async () => ({unfinished: []}),
    emit: (event) => event.code === 'plan' || input.emit(event),
  })
  return {waivers: [], refusals: [...look.refusals, ...misfits(plan, look.plan)]}
}

function misfits({from, to}: Plan, now: Plan): Refusal[] {
  if (now.from === from && now.to === to) return []
  const fits: Refusal = {
    gate: 'plan-still-fits',
    reason: `the plan goes from ${from} to ${to}; now it would go from ${now.from} to ${now.to}`,
    hint: 'todo-dr status',
  }
  return [fits]
}
