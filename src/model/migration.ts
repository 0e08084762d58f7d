/** A step of the database's schema, forward only. */

/** As a project keeps it, in `migrations/NNNN_name.sql`. */
export interface Migration {
  /** From 1, without a gap. */
  version: number
  /** The file's name without `.sql`, such as `0002_due_date`. */
  name: string
  /** Of the file's text with LF line ends, in hex: who checks it out under Windows has the same. */
  sha256: string
  statements: string[]
}

/** As a database's own history has it. */
export interface RecordedMigration {
  name: string
  /** Null for one that the deployed function brings along. */
  version: number | null
  sha256: string | null
  statements: number
  /** Of `statements`, those that are surely done, from the first. */
  done: number
  /** What the database said to the statement after them; null where nothing is known of it. */
  failure: string | null
  /** Epoch milliseconds; null where it was begun and is not finished. */
  appliedAt: number | null
  appliedBy: string
}

/** run: one that was never begun. retry: from the statement that failed. mark-done: recorded, and nothing is run. */
export type MigrationMode = 'run' | 'retry' | 'mark-done'

/** The highest version that is applied; 0 before the first. */
export const schemaVersion = (history: readonly RecordedMigration[]): number =>
  Math.max(0, ...history.filter(({appliedAt}) => appliedAt !== null).map(({version}) => version ?? 0))
