/** Where runs are kept: one folder a run, append-only journals beside whole JSON documents; and their copies elsewhere. */

import type {Region} from '../model/deployment.js'
import type {CallOptions} from './world.js'

/** Append-only files, one JSON object a line. */
export type RunLog = 'journal.ndjson' | 'ledger.ndjson'

/** Whole documents, replaced atomically. */
export type RunDocument = 'plan.json' | 'result.json'

export interface AppendOptions {
  /** Wait until the line is on the disk (fsync), so that it outlives a killed process and a power cut. */
  sync?: boolean
  /** Where the store keeps copies elsewhere: wait a moment for them. It is bounded, and no failure of a copy is thrown. */
  mirrored?: boolean
}

/** One run of a plan: its folder is 0700, its files are 0600. */
export interface Run {
  /** Unique, sorts by time: `20260102T030405Z-failover-1a2b`. */
  readonly id: string
  /** Absolute path. */
  readonly folder: string
  /** Appends one line. Lines of concurrent calls are kept whole and in the order of the calls. */
  append(file: RunLog, line: object, options?: AppendOptions): Promise<void>
  /** Every whole line, parsed. A torn last line (the process was killed while writing) is left out. Empty where there is no file. */
  read(file: RunLog): Promise<unknown[]>
  /** Replaces the document; a reader sees the old one or the new one, never half of either. */
  writeJson(file: RunDocument, value: object): Promise<void>
  /** Undefined where it has not been written. */
  readJson(file: RunDocument): Promise<unknown>
}

/** Has a plan that was started, and no result. A deployment and a teardown have neither. */
export const isUnfinished = async (run: Run): Promise<boolean> =>
  (await run.readJson('plan.json')) !== undefined && (await run.readJson('result.json')) === undefined

export interface RunStore {
  /** `intent` becomes part of the id. */
  create(intent: string): Promise<Run>
  /** Throws `RunUnknown` (exit failed) where there is none. */
  open(runId: string): Promise<Run>
  /** The newest run of this intent, whatever became of it. */
  latest(intent: string): Promise<Run | undefined>
  /** All runs, to be read; `open` gives the one to go on with. */
  newestFirst(): Promise<Run[]>
  /** Regions whose copies of runs nobody could list: a run of another machine may stand there alone. Empty where none are kept. */
  unseen(): Promise<readonly Region[]>
}

/** A store that also takes in runs that were kept elsewhere. */
export interface KeepingRunStore extends RunStore {
  /** In place of what is known of that run here. Texts are as `Run` writes them. */
  keep(runId: string, files: Partial<Record<RunDocument | RunLog, string>>): Promise<void>
}

/** What is kept of a run outside this machine: enough to go on with it, and the SHA-256 of its ledger. */
export type MirroredFile = 'plan.json' | 'journal.ndjson' | 'result.json' | 'ledger.sha256'

/** Copies of the runs of one deployment, in each of its regions. Every call throws `Unreachable` where nobody answers. */
export interface RunMirror {
  readonly regions: readonly Region[]
  put(region: Region, runId: string, file: MirroredFile, text: string, options?: CallOptions): Promise<void>
  /** Undefined where there is no such copy. */
  get(region: Region, runId: string, file: MirroredFile, options?: CallOptions): Promise<string | undefined>
  /** The ids of runs that began at `since` (epoch milliseconds) or later, oldest first. */
  list(region: Region, since: number, options?: CallOptions): Promise<string[]>
}
