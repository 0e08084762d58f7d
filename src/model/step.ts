/** One idempotent act. Generic over the world that it acts on, so that the model needs no ports. */

import type {Region} from './deployment.js'
import type {UnsureGateName} from './gate.js'

export interface StepContext {
  /** Aborts at the step's deadline and on Ctrl-C. */
  signal: AbortSignal
  /** A note for the journal and for a person, such as "waiting for writer: promoting". */
  note(text: string): void
  /** Unique; canary rows carry it in their request id, so that a resumed run finds and removes those of a killed one. */
  runId: string
  /**
   * Of a point of no return: the act was accepted, or may have been. In the journal when this resolves; from then on nothing is
   * taken back on a guess.
   */
  accepted(): Promise<void>
  /** When an earlier process of this run had it accepted, or may have, epoch milliseconds. */
  acceptedBefore?: number
  /** Of a step beside others: aborts when they have ended. */
  othersEnded?: AbortSignal
  /** Regions that have refused a write, as a step of this process has seen: a yes that comes later is the promotion's. */
  refusesWrites?: Set<Region>
  /** Regions that have taken a write since they were promoted, as a step of this process has proven: nobody has to prove it again. */
  takesWrites?: Set<Region>
}

/** `unsure`: the act could not be carried out or proven (an unreachable primary); the named gate then decides whether to go on. */
export type StepOutcome = 'done' | {unsure: UnsureGateName}

export interface Step<World> {
  /** Reads the world; true when there is nothing to do, or the act has taken effect. Asked before and after `act`. */
  isDone(world: World, context: StepContext): Promise<boolean>
  /** Idempotent: doing it twice is doing it once. */
  act(world: World, context: StepContext): Promise<StepOutcome | void>
  /**
   * Takes the act back and looks that it is; throws where it is not. Idempotent. Called in reverse order while the point
   * of no return has not been reached.
   */
  undo?(world: World, context: StepContext): Promise<void>
  /**
   * Of a point of no return: whether the act has begun in the world. Asked where nothing says that it was accepted; only
   * where it surely has not begun may the steps before it be undone or repeated.
   */
  hasBegun?(world: World, context: StepContext): Promise<boolean>
}
