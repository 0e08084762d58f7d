/**
 * The table `schema_migrations`: what was done to this database's schema. A row is written before its migration begins and is
 * complete after it: DDL commits by itself, so that one that broke half way leaves its trace here and nowhere else.
 */

import type {Session} from './database.js'

export const HISTORY_TABLE = 'schema_migrations'

export interface HistoryRow {
  name: string
  /** Of a project's own migration; null for those that this function brings along. */
  version: number | null
  /** Of the file, in hex. */
  sha256: string | null
  statements: number
  /** Of `statements`, those that are done, from the first. */
  done: number
  /** Of the statements that are done. */
  doneSha256: string | null
  /** What the database said to the statement after them; null where it said nothing. */
  failure: string | null
  /** Epoch milliseconds; null until all statements are done. */
  appliedAt: number | null
  appliedBy: string
}

export async function makeHistory(session: Session): Promise<void> {
  await session.change(
    `CREATE TABLE IF NOT EXISTS schema_migrations (
      name VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
      version INT UNSIGNED NULL UNIQUE,
      sha256 CHAR(64) CHARACTER SET ascii NULL,
      statements INT UNSIGNED NOT NULL,
      done INT UNSIGNED NOT NULL DEFAULT 0,
      done_sha256 CHAR(64) CHARACTER SET ascii NULL,
      failure VARCHAR(500) CHARACTER SET utf8mb4 NULL,
      begun_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      applied_at TIMESTAMP(3) NULL DEFAULT NULL,
      applied_by VARCHAR(128) CHARACTER SET utf8mb4 NOT NULL,
      duration_ms INT UNSIGNED NULL) ENGINE=InnoDB`,
  )
}

/** In the order in which they began. A database without the table has no history. */
export async function historyOf(session: Session): Promise<HistoryRow[]> {
  if (!(await hasTable(session, HISTORY_TABLE))) return []
  const rows = await session.rows<Record<string, string | number | null>>(
    `SELECT name, version, sha256, statements, done, done_sha256 AS doneSha256, failure,
      UNIX_TIMESTAMP(applied_at) AS appliedAt, applied_by AS appliedBy
      FROM schema_migrations ORDER BY version, name`,
  )
  return rows.map((row) => ({
    ...(row as unknown as HistoryRow),
    version: numberOf(row.version),
    statements: Number(row.statements),
    done: Number(row.done),
    appliedAt: Math.round((numberOf(row.appliedAt) ?? 0) * 1000) || null,
  }))
}

/** The client gives decimals as text. */
const numberOf = (value: string | number | null | undefined): number | null =>
  value === null || value === undefined ? null : Number(value)

export async function hasTable(session: Session, name: string): Promise<boolean> {
  const rows = await session.rows(
    'SELECT 1 AS found FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?',
    [name],
  )
  return rows.length > 0
}
