/** Runs a teardown: acts side by side as their order allows, then looks again, until nothing is left or nothing moves. */

import {DrError} from '../../errors.js'
import type {Emit} from '../../messages.js'
import type {Estate} from '../../model/estate.js'
import type {TeardownAct} from '../../model/teardown-plan.js'
import {planTeardown} from '../../plans/teardown.js'
import type {Demolition} from '../../ports/teardown.js'
import type {Clock} from '../../ports/world.js'
import type {ActFailure} from './result.js'

export interface TeardownOutcome {
  /** Titles of the acts that succeeded, in the order in which they did. */
  done: string[]
  /** Of the last round: what failed before and succeeded later is no failure. */
  failed: ActFailure[]
  /** How things are at the end. */
  estate: Estate
}

export interface TeardownRun {
  demolition: Demolition
  /** As it was shown and confirmed. */
  estate: Estate
  unprotect: boolean
  clock: Clock
  emit: Emit
  signal: AbortSignal
}

/**
 * What a stack leaves behind shows only when it is gone, and a bucket may be written to while it is emptied. A round that
 * changes nothing ends it sooner.
 */
const MAX_ROUNDS = 6

/** Rejects with the signal's reason when it aborts, once the acts in flight have ended. */
export async function runTeardown(run: TeardownRun): Promise<TeardownOutcome> {
  const {demolition, unprotect, signal, emit} = run
  const done: string[] = []
  let {estate} = run
  let failed: ActFailure[] = []
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const acts = planTeardown(estate, {unprotect})
    if (acts.length === 0) break
    if (round > 1) emit({code: 'note', text: `${acts.length} more to do, found when looking again`})
    const outcome = await runActs(acts, run)
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

async function runActs(
  acts: TeardownAct[],
  {demolition, clock, emit, signal}: TeardownRun,
): Promise<{done: string[]; failed: ActFailure[]}> {
  const byId = new Map(acts.map((act) => [act.id, act]))
  const running = new Map<string, Promise<boolean>>()
  const done: string[] = []
  const failed: ActFailure[] = []

  const perform = async (act: TeardownAct): Promise<boolean> => {
    const before = await Promise.all(act.after.flatMap((id) => (byId.has(id) ? [start(byId.get(id)!)] : [])))
    if (signal.aborted || before.includes(false)) return false
    const {id, title} = act
    const since = clock.now()
    const seconds = (): number => (clock.now() - since) / 1000
    emit({code: 'step-started', id, title})
    try {
      await demolition.act(act, {signal, note: (text) => emit({code: 'step-note', id, text: `${title}: ${text}`})})
    } catch (error) {
      const failure = failureOf(id, error, signal)
      emit({code: 'step-finished', id, title, outcome: 'failed', seconds: seconds(), text: failure.why ?? failure.what})
      failed.push(failure)
      return false
    }

    emit({code: 'step-finished', id, title, outcome: 'done', seconds: seconds()})
    done.push(title)
    return true
  }

  const start = (act: TeardownAct): Promise<boolean> => {
    const started = running.get(act.id) ?? perform(act)
    running.set(act.id, started)
    return started
  }

  await Promise.all(acts.map((act) => start(act)))
  return {done, failed}
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
