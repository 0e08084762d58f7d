/** The files of a project against the history of its database: what is to be done, and what refuses it. Pure. */

import {DrError} from '../../errors.js'
import type {Refusal} from '../../model/gate.js'
import type {Migration, MigrationMode, RecordedMigration} from '../../model/migration.js'

export interface Pending {
  migration: Migration
  mode: MigrationMode
}

export interface MigrationPlan {
  pending: Pending[]
  refusals: Refusal[]
}

export interface Asked {
  /** Name of one that broke. */
  retry?: string
  /** Name of one that was carried out by hand. */
  markDone?: string
}

/** What the history says of one migration of the project. */
export type MigrationState = 'applied' | 'pending' | 'unfinished' | 'changed'

export function stateOf(migration: Migration, history: readonly RecordedMigration[]): MigrationState {
  const row = history.find(({version}) => version === migration.version)
  if (!row) return 'pending'
  if (row.name !== migration.name) return 'changed'
  if (row.appliedAt === null) return 'unfinished'
  return row.sha256 === migration.sha256 ? 'applied' : 'changed'
}

/** Throws `MigrationNotUnfinished` (exit usage) where --retry or --mark-done names one that they are not for. */
export function planMigrations(
  migrations: readonly Migration[],
  history: readonly RecordedMigration[],
  asked: Asked = {},
): MigrationPlan {
  const refusals: Refusal[] = []
  const pending: Pending[] = []
  for (const migration of migrations) {
    const state = stateOf(migration, history)
    const row = history.find(({version}) => version === migration.version)
    const mode = modeOf(migration, state, asked)
    if (state === 'changed') refusals.push(changed(migration, row!))
    else if (state === 'unfinished' && mode === 'run') refusals.push(unfinished(migration, row!))
    else if (state !== 'applied') pending.push({migration, mode})
  }

  const versions = new Set(migrations.map(({version}) => version))
  for (const row of history) if (row.version !== null && !versions.has(row.version)) refusals.push(missing(row))
  refuseStray(asked, pending)
  return {pending, refusals}
}

/** With the extension or without it, as a shell completes it. */
const isNamed = (name: string | undefined, migration: Migration): boolean =>
  name !== undefined && name.replace(/\.sql$/i, '') === migration.name

function modeOf(migration: Migration, state: MigrationState, {retry, markDone}: Asked): MigrationMode {
  if (isNamed(markDone, migration)) return 'mark-done'
  return state === 'unfinished' && isNamed(retry, migration) ? 'retry' : 'run'
}

/** Only the first one that is not applied can be marked: a later one stands on it. */
function refuseStray({retry, markDone}: Asked, pending: readonly Pending[]): void {
  const [first] = pending
  if (markDone !== undefined && first?.mode !== 'mark-done')
    throw stray('--mark-done', markDone, 'it is for the first migration that is not applied')
  if (retry !== undefined && first?.mode !== 'retry')
    throw stray('--retry', retry, 'it is for a migration that was begun and is not finished')
}

const stray = (flag: string, name: string, why: string): DrError =>
  new DrError({
    code: 'MigrationNotUnfinished',
    exit: 'usage',
    what: `${flag} ${name} does not fit; nothing was changed`,
    why,
    next: 'todo-dr seed --status',
  })

const changed = ({name}: Migration, row: RecordedMigration): Refusal => ({
  gate: 'migration-unchanged',
  reason:
    row.name === name
      ? `${name}.sql was changed after it was applied`
      : `${name}.sql has the number of ${row.name}, which was applied`,
  hint:
    row.name === name
      ? 'put the file back as it was, and make the change in a new migration'
      : `put ${row.name}.sql back, and give ${name} the next free number`,
})

const missing = ({name}: RecordedMigration): Refusal => ({
  gate: 'migration-present',
  reason: `${name} was applied, but ${name}.sql is missing`,
  hint: 'put the file back (an older checkout has fewer); what a migration did is undone by a new one',
})

function unfinished({name, statements}: Migration, {done, statements: count, failure}: RecordedMigration): Refusal {
  const gate = 'migration-finished'
  const retry = `todo-dr seed --retry ${name}`
  if (done >= count) return {gate, reason: `${name} has run, but its end was not recorded`, hint: retry}
  const which = `statement ${done + 1} of ${count}`
  const byHand = `or finish it by hand, then todo-dr seed --mark-done ${name}`
  return failure === null
    ? {
        gate,
        reason: `${name} was begun and is not finished: nobody knows whether ${which} had its effect (${shown(statements[done])})`,
        hint: `look at the database. Where it had none: ${retry}; ${byHand}`,
      }
    : {
        gate,
        reason: `${name} broke at ${which} (${shown(statements[done])}): ${failure}`,
        hint: `correct ${which} in the file, then ${retry}; ${byHand}`,
      }
}

/** Characters of a statement that a line shows. */
const SHOWN = 100

function shown(statement: string | undefined): string {
  const text = (statement ?? 'not in the file').replaceAll(/\s+/g, ' ')
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text
}
