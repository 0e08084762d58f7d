/** What we did, line by line, on the disk before and after each act. Carries no secret: words, times and regions only. */

import {hostname} from 'node:os'
import type {ExitName} from '../errors.js'
import type {WaiverName} from '../model/gate.js'
import type {Intent, Phase} from '../model/plan.js'
import type {Run} from '../ports/runs.js'
import type {Clock} from '../ports/world.js'

/** The process that carries a run out; a run whose process lives is not resumed. */
export interface Carrier {
  owner: string
  pid: number
  host: string
}

/** This process. */
export const carriedBy = (owner: string): Carrier => ({owner, pid: process.pid, host: hostname()})

export type StepEventName =
  | 'step-intent'
  | 'step-note'
  | 'step-skipped'
  | 'step-done'
  | 'step-unsure'
  | 'step-failed'
  | 'step-undone'
  | 'step-undo-failed'

export type JournalEvent =
  /** `decidedFrom`: when the command began to look, epoch milliseconds. */
  | ({event: 'run-started'; intent: Intent; from: string; to: string; digest: string; decidedFrom?: number} & Carrier)
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

/** Whether a run has ended for good; a stopped one has not. */
export const hasFinished = (lines: JournalLine[]): boolean => lines.some((line) => line.event === 'run-finished')

/** The process that still carries the run out on this machine; undefined where it has stopped, was killed, or is elsewhere. */
export function carriedOutBy(lines: JournalLine[]): number | undefined {
  const last = lines.findLast((line) => 'pid' in line || line.event === 'run-stopped')
  if (!last || !('pid' in last) || last.host !== hostname() || last.pid === process.pid) return undefined
  return isAlive(last.pid) ? last.pid : undefined
}

/**
 * Who holds the lease when a run is resumed. On the machine of its last process, which is dead, that one's name: no need
 * to wait until its lease has run out. Elsewhere nobody can see whether it lives; another name finds that out from the lease.
 */
export function resumedAs(lines: JournalLine[]): string | undefined {
  const last = lines.findLast((line) => line.event === 'run-started' || line.event === 'run-resumed')
  if (last?.event !== 'run-started' && last?.event !== 'run-resumed') return undefined
  return last.host === hostname() ? last.owner : `${last.owner}, resumed on ${hostname()}`
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
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
