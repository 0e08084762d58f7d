/** The last lines of a run: in the journal, in result.json and to the person. */

import {inOneLine} from '../errors.js'
import type {Emit} from '../messages.js'
import {fenceNotProven, isFenceUnproven} from '../model/fence.js'
import type {Plan} from '../model/plan.js'
import {upgradedTo} from '../plans/index.js'
import {digest} from '../plans/digest.js'
import type {Run} from '../ports/runs.js'
import type {Ending} from './execute.js'
import {journalLost} from './journal.js'
import type {Journal, JournalLine} from './journal.js'
import type {RunOutcome} from './outcome.js'
import {phaseSeconds} from './phases.js'

export interface Conclusion {
  plan: Plan
  run: Run
  journal: Journal
  ending: Ending
  emit?: Emit
  /** False where the run had ended before. */
  write: boolean
}

export async function conclude({plan, run, journal, ending, emit, write}: Conclusion): Promise<RunOutcome> {
  const {status, exit, failure} = ending
  if (write && status === 'stopped')
    await journal.write({event: 'run-stopped', text: failure ? inOneLine(failure) : 'stopped'})
  if (write && status !== 'stopped') await journal.write({event: 'run-finished', status, exit})
  // A journal that cannot be read must not hide how the run has ended.
  const lines = await journal.read().catch(() => [])
  const outcome: RunOutcome = {
    schemaVersion: 1,
    runId: run.id,
    runDirectory: run.folder,
    intent: plan.intent,
    from: plan.from,
    to: plan.to,
    digest: digest(plan),
    ...ending,
    startedAt: lines[0]?.at ?? journal.clock.now(),
    finishedAt: lines.at(-1)?.at ?? journal.clock.now(),
    phases: phaseSeconds(lines),
    ...approvalIn(lines),
  }
  // A run with a plan and no result is what `resume` looks for.
  if (write && status !== 'stopped')
    await run.writeJson('result.json', outcome).catch((error: unknown) => {
      const {message: text, next: hint} = journalLost(run, error)
      emit?.({code: 'warning', text, hint})
    })
  emit?.(plan.intent === 'upgrade' ? lastOfUpgrade(outcome, upgradedTo(plan)) : lastWord(outcome))
  return outcome
}

function approvalIn(lines: JournalLine[]): Pick<RunOutcome, 'approval'> {
  const line = lines.find((one) => one.event === 'approved')
  if (line?.event !== 'approved') return {}
  const {pipeline, region, execution, by, at, comment} = line
  return {approval: {pipeline, region, execution, by, at, comment}}
}

type Unended = Pick<RunOutcome, 'failure' | 'intent' | 'runId' | 'status'>

function lastWord({status, intent, from, to, failure, runId, unsure}: RunOutcome): Parameters<Emit>[0] {
  if (status === 'done' && isFenceUnproven(unsure))
    return {
      code: 'warning',
      text: `The ${intent} is done: ${to} is the primary and the edge sends clients to it, but ${fenceNotProven(from)}`,
      hint: `todo-dr status shows whether ${from} answers again`,
    }
  if (status === 'done')
    return {
      code: 'done',
      text: `The ${intent} is done: ${to} is the primary and the edge sends clients to it.`,
      next: 'todo-dr status',
    }
  return unfinished({status, intent, failure, runId})
}

/** And what the template has to say from now on: a deployment of the old version would be refused. */
function lastOfUpgrade(outcome: RunOutcome, version: string): Parameters<Emit>[0] {
  if (outcome.status !== 'done') return unfinished(outcome)
  return {
    code: 'done',
    text: `The upgrade is done: both clusters run ${version}. Now set "engineVersion": "${version}" in config.json beside the template (EngineVersion of both clusters in a template of your own), so that the next deployment leaves them as they are.`,
    next: 'todo-dr deploy --diff',
  }
}

function unfinished({status, intent, failure, runId}: Unended): Parameters<Emit>[0] {
  const why = failure ? `: ${inOneLine(failure)}` : ''
  if (status === 'undone')
    return {code: 'warning', text: `The ${intent} was undone; nothing was changed${why}`, hint: failure?.next}
  const hint = [failure?.next, `todo-dr resume ${runId}`].filter(
    (part) => part !== undefined && part !== 'todo-dr status',
  )
  return {code: 'warning', text: `The ${intent} stopped midway${why}`, hint: hint.join('; then ')}
}
