/** Stage by stage; before the point of no return a failure undoes, after it there is only forward. */

import {DrError, Interruption} from '../errors.js'
import type {ExitName} from '../errors.js'
import {checkUnsure} from '../gates/index.js'
import type {UnsureGateName, Waiver} from '../model/gate.js'
import {promotes, promotionOf} from '../model/plan.js'
import type {Plan, PlanStep} from '../model/plan.js'
import type {Step} from '../model/step.js'
import type {World} from '../ports/world.js'
import {stepOf} from '../steps/registry.js'
import {UNSEEN_MS} from '../steps/promotion.js'
import type {RunFailure, RunOutcome} from './outcome.js'
import {showVerdict} from './prepare.js'
import {runStep, skip, undoStep} from './run-step.js'
import type {StepEnd, StepRunner} from './run-step.js'

export interface Execution {
  runner: StepRunner
  plan: Plan
  waivers: Waiver[]
  touched: string[]
  /** False where an earlier process of the run may have passed the point of no return. */
  fresh: boolean
  interrupt: AbortSignal
  leaseLost: AbortSignal
}

export type Ending = Pick<RunOutcome, 'status' | 'exit' | 'failure' | 'unsure'>

interface Failed {
  step?: string
  error: unknown
}

export async function execute(execution: Execution): Promise<Ending> {
  return new Executor(execution).run()
}

/** Only the taking back. Throws `PromotionHasBegun` (exit refused). */
export async function takeBack(execution: Execution): Promise<Ending> {
  return new Executor(execution).takeBack()
}

/** Whether the world shows the promotion of a cut run: then there is only forward. */
export async function promotionHasBegun(
  plan: Plan,
  touched: string[],
  {world, runId}: Pick<StepRunner, 'world' | 'runId'>,
): Promise<boolean> {
  const promotion = promotionOf(plan)
  if (!promotion) return false
  const step = stepOf(promotion)
  const context = {signal: new AbortController().signal, note: () => undefined, runId, accepted: async () => undefined}
  // One that cannot tell counts as begun where the journal has its intent.
  if (touched.includes(promotion.id)) return (await step.hasBegun?.(world, context)) ?? true
  return step.isDone(world, context).catch(() => false)
}

class Executor {
  readonly #steps: Map<string, {planned: PlanStep; step: Step<World>}>
  readonly #ends = new Map<string, StepEnd['end']>()
  readonly #touched: Set<string>
  /** Ends what may be taken back. */
  readonly #signal: AbortSignal
  /** Ends what can only go forward: a terminal that went away is no reason to leave clients between two regions. */
  readonly #onward: AbortSignal
  /** The promotion was accepted, or may have been: from then on nothing is taken back, unless AWS says that it has given up. */
  #claimed: boolean
  /** Steps that run beside the others. */
  readonly #beside: Promise<StepEnd>[] = []
  readonly #othersEnded = new AbortController()
  readonly #refusesWrites = new Set<string>()
  readonly #takesWrites = new Set<string>()

  constructor(readonly execution: Execution) {
    const all = execution.plan.stages.flat()
    this.#steps = new Map(all.map((planned) => [planned.id, {planned, step: stepOf(planned)}]))
    this.#touched = new Set(execution.touched)
    this.#claimed = execution.runner.claimedAt !== undefined
    this.#signal = AbortSignal.any([execution.interrupt, execution.leaseLost])
    this.#onward = AbortSignal.any([askedFor(execution.interrupt), execution.leaseLost])
  }

  async run(): Promise<Ending> {
    const {plan, fresh} = this.execution
    const begun = !fresh && (await this.#promotionHasBegun())
    const promotionStage = plan.stages.findIndex((stage) => stage.some((step) => step.pointOfNoReturn))
    for (const [index, stage] of plan.stages.entries()) {
      if (begun && index < promotionStage) {
        const left = stage.filter(({always}) => always)
        for (const step of stage) if (!step.always) await skip(this.execution.runner, step, 'the promotion has begun')
        const failed = await this.#stage(left)
        if (failed) return this.#end(failed)
        continue
      }

      const failed = await this.#stage(stage)
      if (failed) return this.#end(failed)
    }

    await this.#endBeside()
    return {status: 'done', exit: 'done', unsure: this.#unsure()}
  }

  async takeBack(): Promise<Ending> {
    const {plan, runner} = this.execution
    const settlesAt = runner.claimedAt === undefined ? 0 : runner.claimedAt + UNSEEN_MS
    if (runner.world.clock.now() < settlesAt || (await this.#promotionHasBegun()))
      throw promotionHasBegunError(plan, settlesAt)
    if (plan.intent === 'failover' && runner.claimedAt !== undefined && !(await this.#givenUpSince(runner.claimedAt)))
      throw notGivenUpError(plan)
    if (await this.#undo()) return {status: 'undone', exit: 'done', unsure: []}
    const failure = {code: 'UndoFailed', what: 'not everything could be taken back', next: 'todo-dr status'}
    return {status: 'stopped', exit: 'stopped', failure, unsure: []}
  }

  async #givenUpSince(claimedAt: number): Promise<boolean> {
    const {world} = this.execution.runner
    return (await world.database.givenUp(this.execution.plan.to, claimedAt)) !== undefined
  }

  /** The steps of a stage run side by side; all are awaited, so that nothing is undone under a step's feet. */
  async #stage(stage: PlanStep[]): Promise<Failed | undefined> {
    const signal = this.#claimed ? this.#onward : this.#signal
    if (signal.aborted) return {error: signal.reason}
    const [beside, awaited] = [true, false].map((is) => stage.filter((step) => Boolean(step.beside) === is))
    const ends = Promise.all(awaited!.map(async (planned) => ({planned, end: await this.#step(planned)})))
    this.#beside.push(...beside!.map((planned) => this.#step(planned)))
    for (const {planned, end} of await ends) if (end.end === 'failed') return {step: planned.id, error: end.error}
    for (const {planned, end} of await ends) {
      const stopped = end.end === 'unsure' ? await this.#gate(planned, end.gate) : undefined
      if (stopped) return stopped
    }
  }

  async #endBeside(): Promise<void> {
    this.#othersEnded.abort()
    await Promise.all(this.#beside)
  }

  async #step(planned: PlanStep): Promise<StepEnd> {
    const runner = {
      ...this.execution.runner,
      othersEnded: this.#othersEnded.signal,
      refusesWrites: this.#refusesWrites,
      takesWrites: this.#takesWrites,
    }
    const {id, onlyAfter, unless, pointOfNoReturn} = planned
    if (unless !== undefined && this.#ends.get(unless) === 'done') {
      await skip(runner, planned, 'not needed')
      return {acted: false, accepted: false, end: 'done'}
    }

    if (onlyAfter !== undefined && this.#ends.get(onlyAfter) !== 'done') {
      await skip(runner, planned, `skipped: no proof from "${this.#steps.get(onlyAfter)!.planned.title}"`)
      return {acted: false, accepted: false, end: 'done'}
    }

    const promotion = pointOfNoReturn && promotes(this.execution.plan)
    if (promotion) runner.world.known.forget()
    const signal = this.#claimed || pointOfNoReturn ? this.#onward : this.#signal
    const end = await runStep(runner, planned, this.#steps.get(id)!.step, signal)
    this.#ends.set(id, end.end)
    if (end.acted) this.#touched.add(id)
    if (promotion && end.end === 'done') {
      const {known, clock} = runner.world
      known.note({to: this.execution.plan.to, at: clock.now()})
    }

    // A route that is set cannot be taken back either; a promotion says itself that it was accepted.
    if (pointOfNoReturn && (end.accepted || end.end === 'done')) {
      this.#claimed = true
      runner.journal.goOnWithout()
    }

    return end
  }

  /** An outcome that is not proven: goes on only with the waiver of its gate, which is journaled where it is used. */
  async #gate(planned: PlanStep, name: UnsureGateName): Promise<Failed | undefined> {
    const {plan, waivers, runner} = this.execution
    const {refusals, waived} = checkUnsure(name, plan, waivers)
    for (const {gate, reason, waiver} of waived)
      await runner.journal.write({event: 'gate', gate, reason, waivedBy: waiver})
    for (const {gate, reason} of refusals) await runner.journal.write({event: 'gate', gate, reason})
    showVerdict({refusals, waived}, runner.emit)
    const [first] = refusals
    if (!first) return
    const {gate, reason, hint} = first
    return {
      step: planned.id,
      error: new DrError({code: codeOf(gate), exit: 'refused', what: `Refused: ${reason}`, next: hint}),
    }
  }

  async #end({step, error}: Failed): Promise<Ending> {
    const {interrupt, leaseLost} = this.execution
    await this.#endBeside()
    const failure = interrupt.aborted ? interrupted(step) : failureOf(step, error)
    const unsure = this.#unsure()
    if (leaseLost.aborted)
      return {status: 'stopped', exit: 'stopped', failure: failureOf(step, leaseLost.reason), unsure}
    const kept = (this.#claimed && !this.#mayOpen(error)) || (await this.#promotionHasBegun())
    if (kept || !(await this.#undo())) return {status: 'stopped', exit: 'stopped', failure, unsure}
    return {status: 'undone', exit: interrupt.aborted ? 'interrupted' : exitOf(error), failure, unsure}
  }

  /**
   * An old primary that a failover left, with consent to lose data, is opened by nobody but a person: AWS's word came from a control
   * plane in trouble, and a promotion that happens after all would leave two writers. A switchover has drained it, and gives it back.
   */
  #mayOpen(error: unknown): boolean {
    return isGivenUp(error) && this.execution.plan.intent !== 'failover'
  }

  /** In reverse order, all of them: one that cannot be taken back must not keep the others from it. */
  async #undo(): Promise<boolean> {
    this.execution.runner.journal.goOnWithout()
    let all = true
    for (const [id, {planned, step}] of [...this.#steps].reverse())
      if (this.#touched.has(id) && !planned.pointOfNoReturn && !(await undoStep(this.execution.runner, planned, step)))
        all = false
    return all
  }

  #promotionHasBegun(): Promise<boolean> {
    const {plan, runner} = this.execution
    return promotionHasBegun(plan, [...this.#touched], runner)
  }

  #unsure(): string[] {
    // Nothing waits for a step beside the others: one that failed has proven nothing either.
    const unproven = ([id, end]: [string, StepEnd['end']]): boolean =>
      end === 'unsure' || (end === 'failed' && Boolean(this.#steps.get(id)!.planned.beside))
    return [...this.#ends].filter(unproven).map(([id]) => id)
  }
}

/** AWS's own word that the promotion will not happen: the only proof that there is. */
const isGivenUp = (error: unknown): boolean => error instanceof DrError && error.code === 'PromotionCancelled'

const promotionHasBegunError = ({intent, to}: Plan, settlesAt: number): DrError =>
  new DrError({
    code: 'PromotionHasBegun',
    exit: 'refused',
    ...(intent === 'upgrade'
      ? {
          what: 'the upgrade cannot be taken back: it has begun, or may have',
          why: 'RDS has no way back to an older version',
        }
      : {
          what: `the ${intent} cannot be taken back: the promotion of ${to} has begun, or may have`,
          why: 'an old primary that is opened now could be a second writer',
        }),
    next: `todo-dr resume goes on; if AWS shows nothing of it, --undo works after ${new Date(settlesAt).toISOString()}`,
  })

const notGivenUpError = ({from, to}: Plan): DrError =>
  new DrError({
    code: 'PromotionNotGivenUp',
    exit: 'refused',
    what: `the failover cannot be taken back: AWS may have accepted the promotion of ${to}, and no RDS event says that it was given up`,
    why: `${from} could become a second writer`,
    next: 'todo-dr resume sends the promotion again where AWS shows none',
  })

/** `FenceUnsure` of `fence-unsure`. */
const codeOf = (gate: string): string => gate.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())

function failureOf(step: string | undefined, error: unknown): RunFailure {
  const at = step === undefined ? {} : {step}
  if (!(error instanceof DrError))
    return {...at, code: 'Failed', what: error instanceof Error ? error.message : String(error)}
  const {code, message: what, why, next, requestId} = error
  return {...at, code, what, why, next, requestId}
}

/** Aborts with `interrupt`, unless only the terminal went away. */
function askedFor(interrupt: AbortSignal): AbortSignal {
  const asked = new AbortController()
  const follow = (): void => {
    const {reason} = interrupt as {reason: unknown}
    if (!(reason instanceof Interruption && reason.hangup)) asked.abort(reason)
  }

  if (interrupt.aborted) follow()
  else interrupt.addEventListener('abort', follow, {once: true})
  return asked.signal
}

const interrupted = (step: string | undefined): RunFailure => ({
  ...(step === undefined ? {} : {step}),
  code: 'Interrupted',
  what: 'interrupted',
})

const exitOf = (error: unknown): ExitName =>
  error instanceof DrError && (error.exit === 'refused' || error.exit === 'credentials') ? error.exit : 'failed'
