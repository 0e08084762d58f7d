/** Where runs are kept: one folder a run, append-only journals beside whole JSON documents. */

/** Append-only files, one JSON object a line. */
export type RunLog = 'journal.ndjson' | 'ledger.ndjson'

/** Whole documents, replaced atomically. */
export type RunDocument = 'plan.json' | 'result.json'

export interface AppendOptions {
  /** Wait until the line is on the disk (fsync), so that it outlives a killed process and a power cut. */
  sync?: boolean
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

export interface RunStore {
  /** `intent` becomes part of the id. */
  create(intent: string): Promise<Run>
  /** Throws `RunUnknown` (exit failed) where there is none. */
  open(runId: string): Promise<Run>
  /** The newest run of this intent, whatever became of it. */
  latest(intent: string): Promise<Run | undefined>
  /** The newest run that has a plan and no result: what `resume` goes on with. */
  latestUnfinished(): Promise<Run | undefined>
}
