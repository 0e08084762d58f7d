/** Migrations, sent to the migrate function of the primary; and what it means when that does not go well. */

import {DrError} from '../../errors.js'
import type {Region} from '../../model/deployment.js'
import type {MigrationFolder} from '../../ports/migrations.js'
import type {Stage} from '../../ports/stage.js'
import type {World} from '../../ports/world.js'
import {historyIn} from '../../workloads/history.js'
import {planMigrations} from './plan.js'
import type {Pending} from './plan.js'
import {readMigrations} from './read.js'

/** Codes with which the function says that nothing was changed: another operator was quicker, or is at work. */
const REFUSED = new Set([
  'InvalidMigration',
  'MigrationChanged',
  'MigrationNotBegun',
  'MigrationOutOfOrder',
  'MigrationRunning',
  'MigrationUnfinished',
])
/** Codes of answers that leave it open: the function was cut off, or lost its database. */
const UNSURE = new Set(['FunctionFailed', 'OutcomeUnknown'])

export interface ApplyInput {
  world: Pick<World, 'functions' | 'workload'>
  /** Who does it, for the history. */
  operator: string
  stage: Stage
  signal: AbortSignal
}

/** One after the other; the first that does not go well ends it. */
export async function applyAll(
  {world, operator, stage, signal}: ApplyInput,
  region: Region,
  pending: readonly Pending[],
): Promise<void> {
  for (const one of pending) {
    signal.throwIfAborted()
    const {migration, mode} = one
    const title = mode === 'mark-done' ? `Record ${migration.name} as done` : `Apply ${migration.name}`
    await stage(migration.name, title, () => applyMigration(world, region, one, operator, signal))
  }
}

/** All that the database of a rehearsal lacks of a project's. Throws what those throw, and `Refused` (exit refused) where none may run. */
export async function applyProject(input: ApplyInput, region: Region, folder: MigrationFolder): Promise<void> {
  const history = await historyIn(input.world, region, 'migrate', {signal: input.signal})
  if (!history) throw functionOutdated(region)
  const {pending, refusals} = planMigrations(readMigrations(folder), history)
  const [first] = refusals
  if (first) throw new DrError({code: 'Refused', exit: 'refused', what: first.reason, next: first.hint})
  await applyAll(input, region, pending)
}

export const functionOutdated = (region: Region): DrError =>
  new DrError({
    code: 'FunctionOutdated',
    exit: 'usage',
    what: `the migrate function in ${region} knows no migrations; nothing was changed`,
    why: 'it was deployed from an older template',
    next: 'deploy the API stacks of a template that has them, then seed again',
  })

/**
 * Throws `MigrationFailed` (exit failed) where the database refused a statement, one of `REFUSED` (exit refused), and
 * `MigrationUnsure` (exit unknown) where nobody can tell. It is never sent again by itself.
 */
async function applyMigration(
  {functions, workload}: Pick<World, 'functions' | 'workload'>,
  region: Region,
  {migration, mode}: Pending,
  by: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await functions.invoke(region, 'migrate', workload.migrations!.payload(migration, {by, mode}), {signal})
  } catch (error) {
    if (!(error instanceof DrError)) throw error
    throw explained(error, migration.name)
  }
}

function explained(error: DrError, name: string): DrError {
  const {code, why, requestId} = error
  const base = {why, requestId, cause: error}
  if (code === 'MigrationFailed')
    return new DrError({
      ...base,
      code,
      exit: 'failed',
      what: `${name} broke; what was done before that statement stays`,
      next: `correct the statement in the file, then todo-dr seed --retry ${name}`,
    })
  if (REFUSED.has(code))
    return new DrError({
      ...base,
      code,
      exit: 'refused',
      what: `the function refused ${name}; nothing of it was changed`,
      next: 'todo-dr seed --status',
    })
  if (error.unclear || UNSURE.has(code))
    return new DrError({
      ...base,
      code: 'MigrationUnsure',
      exit: 'unknown',
      what: `nobody can tell how far ${name} came`,
      why: why ?? error.message,
      next: 'todo-dr seed --status, in a minute: a statement may still run in the database',
    })
  return error
}
