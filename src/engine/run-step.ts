/** One step of a plan: skipped where it is done, otherwise journaled, acted, waited for, journaled again. */

import {DrError, inOneLine} from '../errors.js'
import type {Emit} from '../messages.js'
import type {UnsureGateName} from '../model/gate.js'
import type {PlanStep} from '../model/plan.js'
import type {Step, StepContext} from '../model/step.js'
import {mayPass, pollUntil, withDeadline} from '../ports/waits.js'
import type {World} from '../ports/world.js'
import type {Failpoint} from './failpoint.js'
import type {Journal, StepEventName} from './journal.js'

/** Undoing must not take longer than a person is ready to wait for bad news. Seconds. */
const UNDO_SECONDS = 20
/** Milliseconds between two looks: long waits look less often. */
const CAP_MS = {short: 2000, long: 15_000}
const LONG_SECONDS = 3600

export interface StepRunner {
  world: World
  journal: Journal
  emit: Emit
  failpoint: Failpoint
  runId: string
  /** The fencing number of the lease: stands beside each intent, so that of two processes the later one can be told. */
  token: number
  /** When an earlier process of the run had its point of no return accepted, or may have; epoch milliseconds. */
  claimedAt?: number
  /** For steps that run beside others. */
  othersEnded?: AbortSignal
  refusesWrites?: StepContext['refusesWrites']
  takesWrites?: StepContext['takesWrites']
}

/** `acted`: its intent is in the journal, so that it may have had an effect. `accepted`: the act has said so, or that it may be. */
export type StepEnd = {acted: boolean; accepted: boolean} & (
  {end: 'done'} | {end: 'unsure'; gate: UnsureGateName} | {end: 'failed'; error: unknown}
)

export async function runStep(
  runner: StepRunner,
  planned: PlanStep,
  step: Step<World>,
  signal: AbortSignal,
): Promise<StepEnd> {
  const {world, journal, emit, failpoint} = runner
  const {id, title, deadlineSeconds} = planned
  const begun = world.clock.now()
  const notes = noteTaker(runner, planned)
  let acted = false
  let accepted = false
  const finished = async (outcome: 'done' | 'unsure' | 'failed', text?: string): Promise<void> => {
    await write(journal, planned, `step-${outcome}`, text)
    emit({code: 'step-finished', id, title, outcome, seconds: (world.clock.now() - begun) / 1000, text})
  }

  const expired = (): Error => deadlinePassed(planned, notes.last())
  try {
    return await withDeadline({clock: world.clock, ms: deadlineSeconds * 1000, signal, expired}, async (inner) => {
      const context: StepContext = {
        signal: inner,
        note: notes.note,
        runId: runner.runId,
        acceptedBefore: planned.pointOfNoReturn && runner.claimedAt,
        othersEnded: planned.beside && runner.othersEnded,
        refusesWrites: runner.refusesWrites,
        takesWrites: runner.takesWrites,
        async accepted() {
          accepted = true
          await write(journal, planned, 'step-accepted')
        },
      }
      if (await isDoneAlready(step, world, context)) {
        await skip(runner, planned, 'already done')
        return {acted, accepted, end: 'done'}
      }

      inner.throwIfAborted()
      acted = true
      const {phase, beside} = planned
      await journal.write({event: 'step-intent', step: id, phase, token: runner.token, beside})
      emit({code: 'step-started', id, title})
      await failpoint(`before:${id}`)
      const outcome = (await step.act(world, context)) ?? 'done'
      const capMs = deadlineSeconds >= LONG_SECONDS ? CAP_MS.long : CAP_MS.short
      if (outcome === 'done') await pollUntil(world.clock, inner, () => step.isDone(world, context), {capMs})
      await failpoint(`after:${id}`)
      if (outcome === 'done') {
        await finished('done')
        return {acted, accepted, end: 'done'}
      }

      await finished('unsure', notes.last())
      return {acted, accepted, end: 'unsure', gate: outcome.unsure}
    })
  } catch (error) {
    await finished('failed', said(error))
    return {acted, accepted, end: 'failed', error}
  }
}

/** True when the step's act has been taken back, proven by the step itself. */
export async function undoStep(runner: StepRunner, planned: PlanStep, step: Step<World>): Promise<boolean> {
  const {world, journal, emit} = runner
  const {id, title} = planned
  const begun = world.clock.now()
  const notes = noteTaker(runner, planned)
  const ended = (outcome: 'undone' | 'failed', text?: string): void =>
    emit({code: 'step-finished', id, title, outcome, seconds: (world.clock.now() - begun) / 1000, text})
  try {
    // Not the run's signal: a Ctrl-C is why we are here.
    await withDeadline(
      {clock: world.clock, ms: UNDO_SECONDS * 1000, expired: () => deadlinePassed(planned, notes.last())},
      (signal) =>
        pollUntil(world.clock, signal, async () => {
          try {
            await step.undo?.(world, {signal, note: notes.note, runId: runner.runId, accepted: async () => undefined})
            return true
          } catch (error) {
            notes.note((error as Error).message)
            throw error
          }
        }),
    )
  } catch (error) {
    const text = (error as Error).message
    await write(journal, planned, 'step-undo-failed', text)
    ended('failed', `could not be undone: ${text}`)
    return false
  }

  await write(journal, planned, 'step-undone')
  if (step.undo) ended('undone')
  return true
}

/** A step that is not acted, and why. */
export async function skip({journal, emit, failpoint}: StepRunner, planned: PlanStep, why: string): Promise<void> {
  await failpoint(`before:${planned.id}`)
  await failpoint(`after:${planned.id}`)
  await write(journal, planned, 'step-skipped', why)
  emit({code: 'step-skipped', id: planned.id, title: planned.title, why})
}

/** Before the act, silence is no proof that it has been done. */
async function isDoneAlready(step: Step<World>, world: World, context: StepContext): Promise<boolean> {
  try {
    return await step.isDone(world, context)
  } catch (error) {
    if (!mayPass(error)) throw error
    return false
  }
}

const write = (journal: Journal, {id, phase}: PlanStep, event: StepEventName, text?: string): Promise<void> =>
  journal.write(text === undefined ? {event, step: id, phase} : {event, step: id, phase, text})

/** Passes a note on once, however often a wait says it. */
function noteTaker(
  {journal, emit}: StepRunner,
  {id, phase}: PlanStep,
): {note(text: string): void; last(): string | undefined} {
  let last: string | undefined
  return {
    note(text) {
      if (text === last) return
      last = text
      journal.jot({event: 'step-note', step: id, phase, text})
      emit({code: 'step-note', id, text})
    },
    last: () => last,
  }
}

const said = (error: unknown): string =>
  error instanceof DrError
    ? inOneLine({what: error.message, why: error.why})
    : error instanceof Error
      ? error.message
      : String(error)

const deadlinePassed = ({title, deadlineSeconds}: PlanStep, last: string | undefined): DrError =>
  new DrError({
    code: 'DeadlinePassed',
    exit: 'failed',
    what: `"${title}" did not finish within ${deadlineSeconds} s`,
    why: last,
    next: 'todo-dr status',
  })
