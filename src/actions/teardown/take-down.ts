/** Takes down what was shown: acts side by side as their order allows, then another look, until nothing is left or nothing moves. */

import type {Journal} from '../../engine/journal.js'
import {DrError} from '../../errors.js'
import type {Emit} from '../../messages.js'
import {remainingOf} from '../../model/estate.js'
import type {Estate} from '../../model/estate.js'
import type {TeardownAct} from '../../model/teardown-plan.js'
import {planTeardown} from '../../plans/teardown.js'
import type {Demolition} from '../../ports/teardown.js'
import {holdWhileItStands} from './hold-lease.js'
import type {Hold, LeaseInput} from './hold-lease.js'
import {openRecord} from './record.js'
import type {RecordInput} from './record.js'
import type {ActFailure} from './result.js'

export interface TeardownOutcome {
  /** Titles of the acts that succeeded, in the order in which they did. */
  done: string[]
  /** Of the last round: what failed before and succeeded later is no failure. */
  failed: ActFailure[]
  /** How things are at the end. */
  estate: Estate
}

/** `estate`: as it was shown and confirmed. */
export interface TakeDown extends LeaseInput, Omit<RecordInput, 'acts'> {
  demolition: Demolition
  unprotect: boolean
  emit: Emit
}

interface Working extends TakeDown {
  journal: Journal
  hold: Hold
}

/**
 * What a stack leaves behind shows only when it is gone, and a bucket may be written to while it is emptied. A round that
 * changes nothing ends it sooner.
 */
const MAX_ROUNDS = 6

/**
 * Under the operator lease, and journaled. Throws `LeaseHeld` (exit refused), where nothing was changed; `Interrupted` and
 * `LeaseLost`, once the acts in flight have ended.
 */
export async function takeDown(input: TakeDown): Promise<TeardownOutcome> {
  const {estate, unprotect} = input
  const {journal, owner, fresh} = await openRecord({...input, acts: planTeardown(estate, {unprotect})})
  const hold = await holdWhileItStands(input, owner, journal).catch(async (error: unknown) => {
    const exit = error instanceof DrError ? error.exit : 'failed'
    // One that never began is not one to go on with.
    if (fresh) await journal.write({event: 'run-finished', status: 'refused', exit})
    throw error
  })
  const signal = AbortSignal.any([input.signal, hold.lost])
  try {
    const outcome = await inRounds({...input, journal, hold, signal})
    const exit = remainingOf(outcome.estate).length > 0 ? 'failed' : 'done'
    await journal.write({event: 'run-finished', status: 'done', exit})
    return outcome
  } catch (error) {
    const told = signal.aborted ? stopped(input.signal, error) : error
    await journal.write({event: 'run-stopped', text: told instanceof Error ? told.message : String(told)})
    throw told
  } finally {
    await hold.release()
  }
}

/** Rejects with the signal's reason when it aborts, once the acts in flight have ended. */
async function inRounds(work: Working): Promise<TeardownOutcome> {
  const {demolition, unprotect, signal, emit} = work
  const done: string[] = []
  let {estate} = work
  let failed: ActFailure[] = []
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const acts = planTeardown(estate, {unprotect})
    if (acts.length === 0) break
    if (round > 1) emit({code: 'note', text: `${acts.length} more to do, found when looking again`})
    const outcome = await runActs(acts, work)
    done.push(...outcome.done)
    failed = outcome.failed
    signal.throwIfAborted()
    estate = await demolition.look({signal})
    if (outcome.done.length === 0) break
  }

  // What is there no longer needs no word on why it could not be deleted.
  const left = new Set(planTeardown(estate, {unprotect}).map(({id}) => id))
  return {done, failed: failed.filter(({act}) => left.has(act)), estate}
}

async function runActs(acts: TeardownAct[], work: Working): Promise<{done: string[]; failed: ActFailure[]}> {
  const byId = new Map(acts.map((act) => [act.id, act]))
  const running = new Map<string, Promise<boolean>>()
  const done: string[] = []
  const failed: ActFailure[] = []

  const perform = async (act: TeardownAct): Promise<boolean> => {
    const before = await Promise.all(act.after.flatMap((id) => (byId.has(id) ? [start(byId.get(id)!)] : [])))
    if (work.signal.aborted || before.includes(false)) return false
    const failure = await runAct(act, work)
    if (failure) failed.push(failure)
    else done.push(act.title)
    return failure === undefined
  }

  const start = (act: TeardownAct): Promise<boolean> => {
    const started = running.get(act.id) ?? perform(act)
    running.set(act.id, started)
    return started
  }

  await Promise.all(acts.map((act) => start(act)))
  return {done, failed}
}

/** Journaled before and after. The failure is a value; a bug is thrown. */
async function runAct(act: TeardownAct, work: Working): Promise<ActFailure | undefined> {
  const {demolition, hold, journal, clock, emit, signal} = work
  const {id, title} = act
  const since = clock.now()
  const ended = (outcome: 'done' | 'failed', text?: string): void =>
    emit({code: 'step-finished', id, title, outcome, seconds: (clock.now() - since) / 1000, text})
  await journal.write({event: 'act-intent', act: title})
  emit({code: 'step-started', id, title})
  try {
    await hold.before(act)
    await demolition.act(act, {signal, note: (text) => emit({code: 'step-note', id, text: `${title}: ${text}`})})
  } catch (error) {
    const failure = failureOf(id, error, signal)
    const text = failure.why ?? failure.what
    ended('failed', text)
    await journal.write({event: 'act-failed', act: title, text})
    return failure
  }

  ended('done')
  await journal.write({event: 'act-done', act: title})
  return undefined
}

function failureOf(act: string, error: unknown, signal: AbortSignal): ActFailure {
  if (error instanceof DrError) {
    const {code, message: what, why, next, requestId} = error
    return {act, code, what, why, next, requestId}
  }

  if (signal.aborted) return {act, code: 'Interrupted', what: 'interrupted'}
  // A bug must not be told as a failure of AWS.
  throw error
}

function stopped(asked: AbortSignal, error: unknown): DrError {
  const rest = 'AWS finishes the deletions that have started; the rest still exists and is billed'
  const next = 'run todo-dr teardown again to continue'
  if (asked.aborted)
    return new DrError({
      code: 'Interrupted',
      exit: 'interrupted',
      what: 'interrupted midway',
      why: rest,
      next,
      cause: error,
    })
  const who = error instanceof Error ? error.message : String(error)
  return new DrError({
    code: 'LeaseLost',
    exit: 'stopped',
    what: `stopped midway: ${who}`,
    why: rest,
    next,
    cause: error,
  })
}
