/**
 * One migration of the project: a file's statements, in order, each committed by itself and recorded as it is done. What broke
 * half way is not run again by itself: the statement after the last one that is recorded may have had its effect.
 */

import {createHash} from 'node:crypto'
import type {ResultSetHeader} from 'mysql2/promise'
import {badRequest, Refusal} from './answer.js'
import type {Session} from './database.js'
import {classify, codeOf} from './failure.js'
import {historyOf, makeHistory, type HistoryRow} from './history.js'

/** run: once. retry: from the statement that failed. mark-done: record it, and run nothing. */
export type Mode = 'run' | 'retry' | 'mark-done'

export interface FileMigration {
  version: number
  name: string
  sha256: string
  statements: string[]
  by: string
  mode: Mode
}

const MODES: readonly unknown[] = ['run', 'retry', 'mark-done']
/** Of the column. */
const MAX_FAILURE = 500
const MAX_STATEMENTS = 500

export function parseMigration(payload: Record<string, unknown>): FileMigration {
  const {version, name, sha256, statements, by, mode = 'run'} = payload
  const isValid =
    Number.isInteger(version) &&
    Number(version) > 0 &&
    typeof name === 'string' &&
    /^[\w-]{1,128}$/.test(name) &&
    typeof sha256 === 'string' &&
    /^[\da-f]{64}$/.test(sha256) &&
    Array.isArray(statements) &&
    statements.length > 0 &&
    statements.length <= MAX_STATEMENTS &&
    statements.every((one) => typeof one === 'string' && one.trim() !== '') &&
    typeof by === 'string' &&
    by !== '' &&
    MODES.includes(mode)
  if (!isValid) {
    throw badRequest(
      'InvalidMigration',
      `MIGRATE takes version, name, sha256, by, 1 to ${MAX_STATEMENTS} statements, and perhaps a mode: ${MODES.join(', ')}.`,
    )
  }

  return {...(payload as unknown as FileMigration), by: by.slice(0, 128), mode: mode as Mode}
}

/** False where it was applied before. Throws 409 where it may not run, and 422 where the database refuses a statement. */
export async function migrateFile(session: Session, migration: FileMigration): Promise<boolean> {
  await makeHistory(session)
  const known = refuseUnfit(await historyOf(session), migration)
  if (known && known.appliedAt !== null) return false

  const startedAt = Date.now()
  const {statements, mode} = migration
  await begin(session, migration, known)
  const from = mode === 'mark-done' ? statements.length : (known?.done ?? 0)
  for (const [index, statement] of statements.entries()) {
    if (index < from) continue
    await carryOut(session, migration, statement, index)
    await session.change('UPDATE schema_migrations SET done = ?, done_sha256 = ? WHERE version = ?', [
      index + 1,
      digest(statements.slice(0, index + 1)),
      migration.version,
    ])
  }

  await session.change(
    'UPDATE schema_migrations SET done = statements, failure = NULL, applied_at = CURRENT_TIMESTAMP(3), duration_ms = ? WHERE version = ?',
    [Date.now() - startedAt, migration.version],
  )
  return true
}

/** The row that it has already. The caller has looked too, but another one may have been quicker. */
function refuseUnfit(history: HistoryRow[], migration: FileMigration): HistoryRow | undefined {
  const {version, name, sha256, statements, mode} = migration
  const known = history.find((row) => row.version === version)
  if (known && known.name !== name) throw conflict('MigrationChanged', `Version ${version} is ${known.name} here.`)
  if (known && known.appliedAt !== null) {
    if (known.sha256 === sha256) return known
    throw conflict('MigrationChanged', `${name} was applied with another content.`)
  }

  const latest = Math.max(0, ...history.filter((row) => row.appliedAt !== null).map((row) => row.version ?? 0))
  if (version !== latest + 1) throw conflict('MigrationOutOfOrder', `The next version here is ${latest + 1}.`)
  if (!known && mode === 'retry') throw conflict('MigrationNotBegun', `${name} was never begun here.`)
  if (known && mode === 'run') {
    throw conflict('MigrationUnfinished', `${name} was begun here, and ${known.done} of its statements are recorded.`)
  }

  if (known && mode === 'retry' && known.done > 0 && digest(statements.slice(0, known.done)) !== known.doneSha256) {
    throw conflict(
      'MigrationChanged',
      `The statements of ${name} that are done (${known.done}) must stay as they were.`,
    )
  }

  return known
}

function begin(session: Session, migration: FileMigration, known: HistoryRow | undefined): Promise<ResultSetHeader> {
  const {version, name, sha256, statements, by} = migration
  const values = [sha256, statements.length, by]
  return known
    ? session.change(
        'UPDATE schema_migrations SET sha256 = ?, statements = ?, applied_by = ?, failure = NULL WHERE version = ?',
        [...values, version],
      )
    : session.change(
        'INSERT INTO schema_migrations (sha256, statements, applied_by, version, name) VALUES (?, ?, ?, ?, ?)',
        [...values, version, name],
      )
}

async function carryOut(session: Session, migration: FileMigration, sql: string, index: number): Promise<void> {
  try {
    await session.rows(sql)
  } catch (error) {
    // A connection that is lost is the caller's to judge: whether the statement had its effect, nobody can say.
    if (classify(error, 'statement').applied === 'maybe') throw error
    // Whoever may call this function wrote the statement, so that the database's own words are no secret to them.
    const said = `${codeOf(error)}: ${(error as {sqlMessage?: string}).sqlMessage ?? 'no message'}`
    await session.change('UPDATE schema_migrations SET failure = ? WHERE version = ?', [
      said.slice(0, MAX_FAILURE),
      migration.version,
    ])
    throw new Refusal(
      422,
      'MigrationFailed',
      `Statement ${index + 1} of ${migration.statements.length} of ${migration.name} failed. ${said}`,
    )
  }
}

const conflict = (code: string, message: string): Refusal => new Refusal(409, code, message)

const digest = (statements: string[]): string => createHash('sha256').update(JSON.stringify(statements)).digest('hex')
