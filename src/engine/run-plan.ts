/** Runs a plan, and goes on with one that was cut: the journal says where it was, the probes say what is true. */

import {DrError} from '../errors.js'
import type {Emit} from '../messages.js'
import {identityOf} from '../model/deployment.js'
import type {Waiver} from '../model/gate.js'
import type {Approval} from '../model/pipeline.js'
import {promotionOf} from '../model/plan.js'
import type {Plan} from '../model/plan.js'
import {digest} from '../plans/digest.js'
import type {Run} from '../ports/runs.js'
import type {World} from '../ports/world.js'
import {carriedBy, carriedOutBy, resumedAs} from './carrier.js'
import {conclude} from './conclude.js'
import {execute, takeBack} from './execute.js'
import type {Ending, Execution} from './execute.js'
import {failpointOf} from './failpoint.js'
import type {Failpoint} from './failpoint.js'
import {Journal, claimedSince, journalLost, touchedSteps} from './journal.js'
import {holdLease, underLease} from './lease-keeper.js'
import type {RunOutcome} from './outcome.js'
import {endOf} from './unfinished.js'
import type {RunRecord} from './unfinished.js'

interface Surroundings {
  world: World
  emit: Emit
  /** Ctrl-C: before the promotion the run is undone, after it the run stops and can be resumed. */
  signal: AbortSignal
  /** For tests; by default TODO_DR_FAILPOINT. */
  failpoint?: Failpoint
}

export interface RunPlanInput extends Surroundings {
  run: Run
  plan: Plan
  waivers: Waiver[]
  /** Who let it begin, where a failover pipeline runs it. */
  approval?: Approval
  /** Who runs it, unique to the run: the holder of the operator lease. */
  owner: string
  /** When the command began to look, epoch milliseconds: where the phase `decide` begins. */
  decidedFrom?: number
}

export interface ResumePlanInput extends Surroundings {
  record: RunRecord
  /** Those that count for what is left of it. */
  waivers: Waiver[]
}

/**
 * Runs a plan to an ending, which is a value: done, undone or stopped. Throws where nothing was begun (`LeaseHeld`, exit
 * refused, where another operator is at work) and on bugs.
 */
export async function runPlan(input: RunPlanInput): Promise<RunOutcome> {
  const {plan, run, world, waivers, approval, owner, decidedFrom} = input
  const journal = new Journal(run, world.clock, input.emit)
  const record = async (): Promise<void> => {
    await run.writeJson('plan.json', plan).catch((error: unknown) => {
      throw journalLost(run, error)
    })
    const {intent, from, to} = plan
    const deployment = identityOf(world.deployment)
    const about = {intent, from, to, digest: digest(plan), deployment, decidedFrom}
    await journal.write({event: 'run-started', ...about, ...carriedBy(owner)})
    if (approval) await journal.write({event: 'approved', ...approval})
    await writeWaivers(journal, waivers)
  }

  return carryOut({...input, journal, recorded: record()}, {plan, waivers, touched: [], fresh: true}, execute)
}

/**
 * Goes on with a run that was killed or stopped. What the journal says was done is looked at again, and the world wins.
 * Throws `RunStillActive` (exit refused: its process lives).
 */
export async function resumePlan(input: ResumePlanInput): Promise<RunOutcome> {
  const {record, world, waivers, emit} = input
  const {run, plan, lines} = record
  const journal = new Journal(run, world.clock, emit)
  const end = endOf(lines)
  if (end) {
    emit({code: 'note', text: `The run ${run.id} is already finished; there is nothing to resume.`})
    return conclude({plan, run, journal, ending: endingOf(end), write: false})
  }

  return again(input, journal, waivers, execute)
}

/**
 * Takes back what an unfinished run did, where its promotion has not begun. Throws `PromotionHasBegun` (exit refused) where it may
 * have, and as `resumePlan` does.
 */
export const undoPlan = (input: ResumePlanInput): Promise<RunOutcome> =>
  again(input, new Journal(input.record.run, input.world.clock, input.emit), input.waivers, takeBack)

async function again(
  input: ResumePlanInput,
  journal: Journal,
  waivers: Waiver[],
  how: (execution: Execution) => Promise<Ending>,
): Promise<RunOutcome> {
  const {run, plan, lines} = input.record
  refuseWhileAlive(input.record)
  const owner = resumedAs(lines)!
  const record = async (): Promise<void> => {
    await journal.write({event: 'run-resumed', ...carriedBy(owner)})
    await writeWaivers(journal, waivers)
  }

  const promotion = promotionOf(plan)
  const claimedAt = promotion && claimedSince(lines, promotion.id)
  return carryOut(
    {...input, run, owner, journal, recorded: record(), claimedAt},
    {plan, waivers, touched: touchedSteps(lines), fresh: false},
    how,
  )
}

/** `recorded`: when the beginning is in the journal, for whoever resumes. No act is begun before. */
type Carrying = Surroundings & {run: Run; owner: string; journal: Journal; recorded: Promise<void>; claimedAt?: number}
type Doing = Pick<Execution, 'plan' | 'waivers' | 'touched' | 'fresh'>

async function carryOut(
  {world, run, owner, journal, recorded, claimedAt, emit, signal, failpoint = failpointOf(process.env)}: Carrying,
  doing: Doing,
  how: (execution: Execution) => Promise<Ending>,
): Promise<RunOutcome> {
  const lease = await holdLease(world, owner, journal, signal, recorded).catch(async (error: unknown) => {
    await recorded
    if (doing.fresh) await refused(journal, run, error)
    throw error
  })
  try {
    const {token} = lease
    const runner = {world: underLease(world, lease), journal, emit, failpoint, runId: run.id, token, claimedAt}
    const ending = await how({...doing, runner, interrupt: signal, leaseLost: lease.lost})
    return await conclude({plan: doing.plan, run, journal, ending, emit, write: true})
  } finally {
    await lease.release()
  }
}

async function writeWaivers(journal: Journal, waivers: Waiver[]): Promise<void> {
  for (const {name, reason} of waivers) await journal.write({event: 'waiver', name, reason})
}

/** A run that never began is not one to resume. */
async function refused(journal: Journal, run: Run, error: unknown): Promise<void> {
  const exit = error instanceof DrError ? error.exit : 'failed'
  await journal.write({event: 'run-finished', status: 'refused', exit})
  await run.writeJson('result.json', {schemaVersion: 1, runId: run.id, status: 'refused', exit})
}

/** Throws `RunStillActive` (exit refused). */
export function refuseWhileAlive({run, lines}: RunRecord): void {
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

/** The waivers under which a run was begun. */
export const journaledWaivers = ({lines}: RunRecord): Waiver[] =>
  lines.flatMap((line) => (line.event === 'waiver' ? [{name: line.name, reason: line.reason}] : []))

/** An undone run is not one that was carried out, however often it is asked for. */
const endingOf = ({status, exit}: NonNullable<ReturnType<typeof endOf>>): Ending => ({
  status: status === 'done' ? 'done' : 'undone',
  exit,
  unsure: [],
})
