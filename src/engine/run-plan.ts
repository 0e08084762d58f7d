/** Runs a plan, and goes on with one that was cut: the journal says where it was, the probes say what is true. */

import {DrError} from '../errors.js'
import type {Emit} from '../messages.js'
import type {Waiver} from '../model/gate.js'
import type {Plan} from '../model/plan.js'
import {digest} from '../plans/digest.js'
import type {Run} from '../ports/runs.js'
import type {World} from '../ports/world.js'
import {conclude} from './conclude.js'
import {execute} from './execute.js'
import type {Ending} from './execute.js'
import {failpointOf} from './failpoint.js'
import type {Failpoint} from './failpoint.js'
import {Journal, carriedBy, carriedOutBy, hasFinished, resumedAs, touchedSteps} from './journal.js'
import type {JournalLine} from './journal.js'
import {holdLease, underLease} from './lease-keeper.js'
import type {RunOutcome} from './outcome.js'

interface Surroundings {
  world: World
  run: Run
  emit: Emit
  /** Ctrl-C: before the promotion the run is undone, after it the run stops and can be resumed. */
  signal: AbortSignal
  /** For tests; by default TODO_DR_FAILPOINT. */
  failpoint?: Failpoint
}

export interface RunPlanInput extends Surroundings {
  plan: Plan
  waivers: Waiver[]
  /** Who runs it, unique to the run: the holder of the operator lease. */
  owner: string
  /** When the command began to look, epoch milliseconds: where the phase `decide` begins. */
  decidedFrom?: number
}

export interface ResumePlanInput extends Surroundings {
  /** Beside those in the journal. */
  waivers?: Waiver[]
}

/**
 * Runs a plan to an ending, which is a value: done, undone or stopped. Throws where nothing was begun (`LeaseHeld`, exit
 * refused, where another operator is at work) and on bugs.
 */
export async function runPlan(input: RunPlanInput): Promise<RunOutcome> {
  const {plan, run, world, waivers, owner, decidedFrom} = input
  const journal = new Journal(run, world.clock)
  await run.writeJson('plan.json', plan)
  const {intent, from, to} = plan
  await journal.write({event: 'run-started', intent, from, to, digest: digest(plan), decidedFrom, ...carriedBy(owner)})
  for (const {name, reason} of waivers) await journal.write({event: 'waiver', name, reason})
  return carryOut(input, plan, journal, {owner, waivers, touched: [], fresh: true})
}

/**
 * Goes on with a run that was killed or stopped. What the journal says was done is looked at again, and the world wins.
 * Throws `NothingToResume` (the run has no plan) and `RunStillActive` (exit refused: its process lives).
 */
export async function resumePlan(input: ResumePlanInput): Promise<RunOutcome> {
  const {run, world, emit} = input
  const journal = new Journal(run, world.clock)
  const plan = (await run.readJson('plan.json')) as Plan | undefined
  const lines = await journal.read()
  const started = lines.find((line) => line.event === 'run-started')
  if (plan?.schemaVersion !== 1 || started?.event !== 'run-started') throw nothingToResume(run)
  if (hasFinished(lines)) {
    emit({code: 'note', text: `The run ${run.id} is already finished; there is nothing to resume.`})
    return conclude({plan, run, journal, ending: finishedEnding(lines), write: false})
  }

  refuseWhileAlive(run, lines)
  const owner = resumedAs(lines)!
  await journal.write({event: 'run-resumed', ...carriedBy(owner)})
  const waivers = [...(input.waivers ?? []), ...journaledWaivers(lines)]
  return carryOut(input, plan, journal, {owner, waivers, touched: touchedSteps(lines), fresh: false})
}

interface Carrying {
  owner: string
  waivers: Waiver[]
  /** Steps that an earlier process of this run has begun. */
  touched: string[]
  /** False when resumed. */
  fresh: boolean
}

async function carryOut(input: Surroundings, plan: Plan, journal: Journal, carrying: Carrying): Promise<RunOutcome> {
  const {world, run, emit, signal, failpoint = failpointOf(process.env)} = input
  const lease = await holdLease(world, carrying.owner, journal, signal).catch(async (error: unknown) => {
    if (carrying.fresh) await refused(journal, run, error)
    throw error
  })
  try {
    const runner = {world: underLease(world, lease), journal, emit, failpoint, runId: run.id, token: lease.token}
    const ending = await execute({...carrying, runner, plan, interrupt: signal, leaseLost: lease.lost})
    return await conclude({plan, run, journal, ending, emit, write: true})
  } finally {
    await lease.release()
  }
}

/** A run that never began is not one to resume. */
async function refused(journal: Journal, run: Run, error: unknown): Promise<void> {
  const exit = error instanceof DrError ? error.exit : 'failed'
  await journal.write({event: 'run-finished', status: 'refused', exit})
  await run.writeJson('result.json', {schemaVersion: 1, runId: run.id, status: 'refused', exit})
}

function refuseWhileAlive(run: Run, lines: JournalLine[]): void {
  const pid = carriedOutBy(lines)
  if (pid === undefined) return
  throw new DrError({
    code: 'RunStillActive',
    exit: 'refused',
    what: `The run ${run.id} is still running`,
    why: `its process ${pid} is alive`,
    next: 'wait for it, or press Ctrl-C there and run todo-dr resume',
  })
}

const journaledWaivers = (lines: JournalLine[]): Waiver[] =>
  lines.flatMap((line) => (line.event === 'waiver' ? [{name: line.name, reason: line.reason}] : []))

function finishedEnding(lines: JournalLine[]): Ending {
  const finished = lines.findLast((line) => line.event === 'run-finished')
  const undone = finished?.event === 'run-finished' && finished.status !== 'done'
  return {status: undone ? 'undone' : 'done', exit: 'done', unsure: []}
}

const nothingToResume = (run: Run): DrError =>
  new DrError({
    code: 'NothingToResume',
    exit: 'failed',
    what: `The run ${run.id} has no plan that was started`,
    next: 'todo-dr status',
  })
