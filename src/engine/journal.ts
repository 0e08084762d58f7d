/** What we did, line by line, on the disk before and after each act. Carries no secret: words, times and regions only. */

import type {ExitName} from '../errors.js'
import type {WaiverName} from '../model/gate.js'
import type {Intent, Phase} from '../model/plan.js'
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
  | {event: 'waiver'; name: WaiverName; reason: string}
  | {event: 'gate'; gate: string; reason: string; waivedBy?: WaiverName}
  /** `token`: of an intent, the fencing number of the lease that it is under. */
  | {event: StepEventName; step: string; phase: Phase; text?: string; token?: number}
  | ({event: 'deploy-started'; app?: string; stacks: string[]} & Carrier)
  /** `acts`: as they were shown and confirmed. */
  | ({event: 'teardown-started'; app: string; acts: string[]} & Carrier)
  | {event: 'act-intent' | 'act-done' | 'act-failed'; act: string; text?: string}
  | {event: 'stack-ended'; stack: string; status: string; reason?: string}
  /** Not the end: `resume` goes on. */
  | {event: 'run-stopped'; text: string}
  /** The end. `refused`: nothing had begun. */
  | {event: 'run-finished'; status: 'done' | 'undone' | 'refused'; exit: ExitName}

/** `at`: epoch milliseconds. */
export type JournalLine = {at: number} & JournalEvent

export class Journal {
  constructor(
    readonly run: Run,
    readonly clock: Clock,
  ) {}

  /** Returns when the line is on the disk. Before the first act, and before the promotion, the copies get a moment too. */
  async write(event: JournalEvent): Promise<void> {
    const mirrored = event.event === 'lease-taken' || (event.event === 'step-intent' && event.phase === 'promote')
    await this.run.append('journal.ndjson', {at: this.clock.now(), ...event}, {sync: true, mirrored})
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
