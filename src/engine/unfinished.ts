/** Runs that were cut: which of them are still to be finished, and what is left of each. */

import {DrError} from '../errors.js'
import {identityOf} from '../model/deployment.js'
import type {Deployment, Region} from '../model/deployment.js'
import type {OpenRun} from '../model/diagnosis.js'
import type {Promotion} from '../model/known-promotion.js'
import {promotes, promotionOf} from '../model/plan.js'
import type {Intent, Plan, PlanStep} from '../model/plan.js'
import {digest} from '../plans/digest.js'
import type {Run, RunStore} from '../ports/runs.js'
import type {JournalEvent, JournalLine} from './journal.js'

type Started = {at: number} & Extract<JournalEvent, {event: 'run-started'}>

/** A run of a plan as its files tell it. */
export interface RunRecord {
  run: Run
  plan: Plan
  lines: JournalLine[]
  started: Started
}

/** The newest of unfinished runs, as a diagnosis and the gates know it. */
export const openRunOf = ([newest]: RunRecord[]): OpenRun | undefined =>
  newest && {id: newest.run.id, intent: newest.plan.intent, to: newest.plan.to}

/** How a run ended for good; undefined where it has not: a stopped one goes on. */
export const endOf = (lines: JournalLine[]): Extract<JournalLine, {event: 'run-finished'}> | undefined =>
  lines.findLast((line) => line.event === 'run-finished')

/**
 * Throws `NothingToResume` where no plan was started, and with exit refused `RunOfAnotherDeployment`, which has the same name and
 * is gone, and `PlanChanged`, where the plan is not the one that was looked at and agreed to.
 */
export async function readRecord(run: Run, deployment: Deployment): Promise<RunRecord> {
  const plan = (await run.readJson('plan.json')) as Plan | undefined
  const lines = (await run.read('journal.ndjson')) as JournalLine[]
  const started = lines.find((line) => line.event === 'run-started')
  if (plan?.schemaVersion !== 1 || started?.event !== 'run-started') throw nothingToResume(run)
  if (started.deployment !== identityOf(deployment)) throw ofAnother(run)
  if (started.digest !== digest(plan)) throw planChanged(run)
  return {run, plan, lines, started}
}

/** What the runs of a deployment say about now. */
export interface RecentRuns {
  /** Newest first. A switch that was carried out later has left every earlier run behind: what that one had planned was for another day. */
  unfinished: RunRecord[]
  /** The newest switch that was carried out. */
  last?: RunRecord
  /** When the newest switch that ended did so, in whatever way: one that was taken back has closed and opened as well. Epoch milliseconds. */
  endedAt?: number
  /** A switch after it has lost its journal, so that nobody knows what became of it. */
  lostOne?: true
}

/**
 * The promotion of the newest switch, where that has seen it done. Undefined where a newer one was begun, whose promotion may be done or
 * not: what RDS shows then may be its doing.
 */
export function newestPromotion({unfinished, last, lostOne}: RecentRuns): Promotion | undefined {
  if (lostOne) return undefined
  const switches = [...unfinished, ...(last ? [last] : [])].filter(({plan}) => promotes(plan))
  const newest = switches.sort((one, other) => other.started.at - one.started.at)[0]
  return newest && promotedBy(newest)
}

function promotedBy({plan, lines}: RunRecord): Promotion | undefined {
  const step = promotionOf(plan)?.id
  const done = lines.findLast((line) => line.event === 'step-done' && line.step === step)
  return done && {to: plan.to, at: done.at}
}

/** Runs that cannot be read are left out. */
export async function recentRuns(runs: RunStore, deployment: Deployment): Promise<RecentRuns> {
  const unfinished: RunRecord[] = []
  let upgraded = false
  let more: Pick<RecentRuns, 'lostOne' | 'endedAt'> = {}
  for (const run of await runs.newestFirst()) {
    const record = await readRecord(run, deployment).catch(async (error: unknown) => {
      if (!(error instanceof DrError)) throw error
      if (await hasLostJournal(run, error)) more = {...more, lostOne: true}
      return undefined
    })
    if (!record) continue
    const end = endOf(record.lines)
    if (end && promotes(record.plan)) more = {endedAt: end.at, ...more}
    const {intent} = record.plan
    if (intent === 'upgrade') {
      // One that was carried out has done what earlier ones had left; it says nothing of switches.
      if (!end && !upgraded) unfinished.push(record)
      upgraded ||= end?.status === 'done'
    } else if (!end) unfinished.push(record)
    else if (end.status === 'done' && intent !== 'steer') return {unfinished, last: record, ...more}
  }

  return {unfinished, ...more}
}

/** Of a run that cannot be read. A disk that takes no more has kept the plan of a switch, and not what became of it. */
async function hasLostJournal(run: Run, {code}: DrError): Promise<boolean> {
  if (code === 'RunOfAnotherDeployment') return false
  const plan = (await run.readJson('plan.json').catch(() => undefined)) as Plan | undefined
  return plan?.schemaVersion === 1 && promotes(plan)
}

/** Whether a run may have closed the region, and none has opened it since. A planned switch that ended has opened it itself. */
export const isFencedByUs = (region: Region, {unfinished, last}: RecentRuns): boolean =>
  [...unfinished, ...(last?.plan.intent === 'failover' ? [last] : [])].some(({plan}) =>
    plan.stages.flat().some(({kind, args}) => kind === 'fence-region' && args.region === region),
  )

/** True where a failover went on although nothing had proven that the old primary was closed, and nothing has proven it since. */
export function fenceIsUnproven({plan, lines}: Pick<RunRecord, 'plan' | 'lines'>): boolean {
  if (plan.intent !== 'failover') return false
  const ends = (kind: string): JournalEvent['event'][] => {
    const steps = new Set(plan.stages.flatMap((stage) => stage.filter((step) => step.kind === kind).map(({id}) => id)))
    return lines.flatMap((line) => ('step' in line && steps.has(line.step) && ENDS.has(line.event) ? [line.event] : []))
  }

  const again = ends('keep-fencing').at(-1)
  return again === undefined ? ends('fence-region').includes('step-unsure') : UNPROVEN.has(again)
}

const ENDS = new Set<JournalEvent['event']>(['step-done', 'step-skipped', 'step-unsure', 'step-failed'])
const UNPROVEN = new Set<JournalEvent['event']>(['step-unsure', 'step-failed'])

/** Steps that are neither done nor skipped, in order. */
export function restOf({plan, lines}: RunRecord): PlanStep[] {
  const through = new Set(
    lines.flatMap((line) => (line.event === 'step-done' || line.event === 'step-skipped' ? [line.step] : [])),
  )
  return plan.stages.flat().filter(({id}) => !through.has(id))
}

/** Throws `RunSuperseded` (exit refused) where something was carried out after this run had begun that leaves it behind. */
export async function refuseSuperseded({run, plan}: RunRecord, runs: RunStore, deployment: Deployment): Promise<void> {
  for (const later of await runs.newestFirst()) {
    if (later.id <= run.id) return
    const record = await readRecord(later, deployment).catch(() => undefined)
    if (!record || !leavesBehind(record.plan.intent, plan.intent) || endOf(record.lines)?.status !== 'done') continue
    throw new DrError({
      code: 'RunSuperseded',
      exit: 'refused',
      what: `the ${plan.intent} ${run.id} is no longer to be finished`,
      why: `the ${record.plan.intent} ${later.id} was carried out after it`,
      next: 'todo-dr status',
    })
  }
}

/** A switch changes what every earlier plan was made for, and an upgrade what earlier upgrades were. */
const leavesBehind = (later: Intent, earlier: Intent): boolean =>
  later === 'upgrade' ? earlier === 'upgrade' : later !== 'steer'

const nothingToResume = (run: Run): DrError =>
  new DrError({
    code: 'NothingToResume',
    exit: 'failed',
    what: `The run ${run.id} has no plan that was started`,
    next: 'todo-dr status',
  })

const ofAnother = (run: Run): DrError =>
  new DrError({
    code: 'RunOfAnotherDeployment',
    exit: 'refused',
    what: `the run ${run.id} belongs to another deployment of the same name`,
    why: 'its plan was made for a deployment that no longer exists; nothing was changed',
    next: 'todo-dr status',
  })

const planChanged = (run: Run): DrError =>
  new DrError({
    code: 'PlanChanged',
    exit: 'refused',
    what: `the plan of the run ${run.id} was changed after it had been started`,
    why: `${run.folder}/plan.json does not have the digest that its journal names; nothing was changed`,
    next: 'todo-dr status shows what to do now; a new command makes a new plan',
  })
