/** What we did, line by line, on the disk before and after each act. Carries no secret: words, times and regions only. */

import {DrError} from '../errors.js'
import type {ExitName} from '../errors.js'
import type {Emit} from '../messages.js'
import type {Region} from '../model/deployment.js'
import type {WaiverName} from '../model/gate.js'
import type {Approval} from '../model/pipeline.js'
import type {Intent, Phase} from '../model/plan.js'
import type {StackPlace} from '../model/stack.js'
import type {Run} from '../ports/runs.js'
import type {Clock} from '../ports/world.js'

/** The process that carries a run out. */
export interface Carrier {
  owner: string
  pid: number
  host: string
  /** When the process began, in the words of its system. Process ids come round again, and this does not. */
  born?: string
}

export type StepEventName =
  | 'step-intent'
  | 'step-note'
  /** Of the point of no return: AWS took the act, or may have. */
  | 'step-accepted'
  | 'step-skipped'
  | 'step-done'
  | 'step-unsure'
  | 'step-failed'
  | 'step-undone'
  | 'step-undo-failed'

export type JournalEvent =
  /** `decidedFrom`: when the command began to look, epoch milliseconds. */
  | ({
      event: 'run-started'
      intent: Intent
      from: string
      to: string
      digest: string
      /** Which deployment it is of, by `identityOf`. */
      deployment: string
      decidedFrom?: number
    } & Carrier)
  | ({event: 'run-resumed'} & Carrier)
  | {event: 'lease-taken'; regions: string[]; unreachable: string[]; token: number}
  | {event: 'lease-note'; text: string}
  | ({event: 'approved'} & Approval)
  | {event: 'waiver'; name: WaiverName; reason: string}
  | {event: 'gate'; gate: string; reason: string; waivedBy?: WaiverName}
  /** Of an intent: the fencing number of the lease that it is under, and whether it runs beside others. */
  | {event: StepEventName; step: string; phase: Phase; text?: string; token?: number; beside?: true}
  | ({event: 'deploy-started'; app?: string; stacks: StackPlace[]} & Carrier)
  /** `acts`: as they were shown and confirmed. */
  | ({event: 'teardown-started'; app: string; acts: string[]} & Carrier)
  | {event: 'act-intent' | 'act-done' | 'act-failed'; act: string; text?: string}
  | {event: 'stack-ended'; stack: string; region: Region; status: string; reason?: string}
  /** Not the end: `resume` goes on. */
  | {event: 'run-stopped'; text: string}
  /** The end. `refused`: nothing had begun. */
  | {event: 'run-finished'; status: 'done' | 'undone' | 'refused'; exit: ExitName}

/** `at`: epoch milliseconds. */
export type JournalLine = {at: number} & JournalEvent

/** Lines without which nothing may be begun: whoever resumes must know of it. */
const BEFOREHAND = new Set<JournalEvent['event']>([
  'run-started',
  'run-resumed',
  'approved',
  'waiver',
  'deploy-started',
  'teardown-started',
  'step-intent',
  'act-intent',
])

/** Whoever goes on elsewhere must know that one of their steps may have begun. */
const MIRRORED = new Set<Phase>(['promote', 'upgrade'])

/**
 * How an act went. Clients may be waiting, so nobody waits for the disk here: it is written at once, and is there before the next line
 * that is waited for. Where it is lost with the machine, whoever resumes looks at the world, as after a death in the midst of the act.
 */
const AFTERWARDS = new Set<JournalEvent['event']>([
  'gate',
  'step-accepted',
  'step-skipped',
  'step-done',
  'step-unsure',
  'step-failed',
])

export class Journal {
  #needed = true
  #told = false

  constructor(
    readonly run: Run,
    readonly clock: Clock,
    readonly emit: Emit = () => undefined,
  ) {}

  /**
   * Returns when the line is on the disk, and all before it; of how an act went, when it is written. Before the first act, and before
   * the promotion, the copies get a moment too. Where it can be kept nowhere, nothing new may be begun (`JournalLost`, exit failed);
   * what is begun is ended without it.
   */
  async write(event: JournalEvent): Promise<void> {
    const kept = this.#keep(event)
    if (!AFTERWARDS.has(event.event)) await kept
  }

  async #keep(event: JournalEvent): Promise<void> {
    const mirrored = event.event === 'lease-taken' || (event.event === 'step-intent' && MIRRORED.has(event.phase))
    try {
      await this.run.append('journal.ndjson', {at: this.clock.now(), ...event}, {sync: true, mirrored})
    } catch (error) {
      if (this.#needed && BEFOREHAND.has(event.event)) throw journalLost(this.run, error)
      this.#tell(error)
    }
  }

  /** From now on the run must come to its end, forward or back, whatever becomes of its journal. */
  goOnWithout(): void {
    this.#needed = false
  }

  #tell(error: unknown): void {
    if (this.#told) return
    this.#told = true
    const {message, next} = journalLost(this.run, error)
    this.emit({code: 'warning', text: `${message}; what has begun is brought to its end without it`, hint: next})
  }

  /** A line that may be lost with the process: notes decide nothing. */
  jot(event: JournalEvent): void {
    this.run.append('journal.ndjson', {at: this.clock.now(), ...event}).catch(() => undefined)
  }

  async read(): Promise<JournalLine[]> {
    return (await this.run.read('journal.ndjson')) as JournalLine[]
  }
}

/**
 * Since when a step counts as accepted, epoch milliseconds: since it said so, or since its intent where the process died before
 * it could say anything. Undefined where it was refused before, or was never begun.
 */
export function claimedSince(lines: JournalLine[], step: string): number | undefined {
  let since: number | undefined
  let sure = false
  for (const line of lines) {
    if (!('step' in line) || line.step !== step) continue
    if (line.event === 'step-intent') since ??= line.at
    if (line.event === 'step-accepted' || line.event === 'step-done') sure = true
    if (line.event === 'step-failed' && !sure) since = undefined
  }

  return since
}

/** Steps whose act may have had an effect that has not been taken back, in the order of their first intent. */
export function touchedSteps(lines: JournalLine[]): string[] {
  const touched = new Set<string>()
  for (const line of lines) {
    if (line.event === 'step-intent') touched.add(line.step)
    if (line.event === 'step-undone') touched.delete(line.step)
  }

  return [...touched]
}

/** A disk that is full or read-only must not decide what becomes of a switch. */
export const journalLost = ({folder}: Run, error: unknown): DrError =>
  new DrError({
    code: 'JournalLost',
    exit: 'failed',
    what: `the journal in ${folder} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    next: 'free space there, or set XDG_STATE_HOME to a folder that can be written, and run the command again',
    cause: error,
  })
