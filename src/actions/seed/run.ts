/** The schema of the deployment: look, gates, what the workload needs, migrations, and the proof at the standby. */

import {primaryNow} from '../../engine/look.js'
import {showVerdict} from '../../engine/prepare.js'
import {DrError} from '../../errors.js'
import type {ExitName} from '../../errors.js'
import type {Emit} from '../../messages.js'
import type {Region} from '../../model/deployment.js'
import type {Migration, RecordedMigration} from '../../model/migration.js'
import {schemaVersion} from '../../model/migration.js'
import {otherRegion} from '../../model/regions.js'
import type {MigrationFolder} from '../../ports/migrations.js'
import type {Stage} from '../../ports/stage.js'
import {historyIn} from '../../workloads/history.js'
import {setUp} from '../../workloads/set-up.js'
import {SAMPLE_IDS} from '../../workloads/todo/index.js'
import {applyAll, functionOutdated} from './apply.js'
import {lookBeforeSeed} from './look.js'
import type {LookInput, SeedLook} from './look.js'
import {planMigrations, stateOf} from './plan.js'
import type {Asked, Pending} from './plan.js'
import {readMigrations} from './read.js'
import type {SeedResult, SeededMigration, StandbySchema} from './result.js'
import {askStandby, awaitStandby} from './standby.js'

export interface SeedInput extends Omit<LookInput, 'migrations'> {
  target: string
  /** Of the project's migrations; undefined where it has none. */
  folder: MigrationFolder | undefined
  asked: Asked
  /** Stop after the gates. */
  dryRun: boolean
  /** Who does it, for the history. */
  operator: string
  stage: Stage
  emit: Emit
}

export interface SeedEnding {
  result: SeedResult
  exit: ExitName
}

/** Safe to repeat: what is there is not changed. Throws what the look and the migrations throw; each says what was changed. */
export async function runSeed(input: SeedInput): Promise<SeedEnding> {
  const {world, folder, dryRun, emit, signal} = input
  const migrations = folder && readMigrations(folder)
  const look = await lookBeforeSeed({...input, migrations})
  const {primary, history, pending, refusals} = look
  const result: SeedResult = {
    ...NOTHING,
    target: input.target,
    region: primary ?? null,
    folder: folder?.folder ?? null,
    dryRun,
    refusals,
    migrations: history ? listed(migrations, history) : [],
  }
  showVerdict({refusals, waived: []}, emit)
  if (primary === undefined || refusals.length > 0) return {result, exit: 'refused'}
  for (const {migration, mode} of dryRun ? pending : [])
    emit({code: 'note', text: `${mode}: ${migration.name}, statements: ${migration.statements.length}`})
  if (dryRun) {
    emit({
      code: 'done',
      text: `migrations to apply: ${pending.length}; a dry run changes nothing`,
      next: 'todo-dr seed',
    })
    return {result, exit: 'done'}
  }

  await apply(input, primary, pending)
  const now = history && (await historyIn(world, primary, 'migrate', {signal}))
  const standby = now ? await proveStandby(input, look, now) : null
  const applied = new Set(pending.map(({migration}) => migration.name))
  const rows = (now ? listed(migrations, now) : []).map((row) =>
    applied.has(row.name) && row.state === 'applied' ? {...row, state: 'applied-now' as const} : row,
  )
  return {
    result: {...result, migrations: rows, ids: SAMPLE_IDS, standby},
    exit: standby?.caughtUp === false ? 'unknown' : 'done',
  }
}

const NOTHING = {schemaVersion: 1 as const, refusals: [], ids: [], standby: null}

async function apply(input: SeedInput, primary: Region, pending: readonly Pending[]): Promise<void> {
  const {world, stage, emit, signal} = input
  const {setup} = world.workload
  if (setup) await stage('set-up', setup.title, () => setUp(world, primary, {signal}))
  await applyAll(input, primary, pending)
  emit({
    code: 'done',
    text: `the table in ${primary} contains the ToDos 1 to 10; migrations applied: ${pending.length}`,
    next: 'todo-dr crud list',
  })
}

/** The migrations are done whatever becomes of this. */
async function proveStandby(
  {world, stage, emit, signal}: SeedInput,
  {standby}: SeedLook,
  history: RecordedMigration[],
): Promise<StandbySchema> {
  const title = `Wait until ${standby} has the same schema`
  const words = ({caughtUp}: StandbySchema): string => (caughtUp ? versionOf(history) : 'not seen')
  const seen = await stage('standby', title, () => awaitStandby(world, standby, history, signal), words)
  if (!seen.caughtUp) emit(behind(seen))
  return seen
}

function behind({region, missing, reason, seconds}: StandbySchema): Parameters<Emit>[0] {
  const why = reason ?? `it lacks ${missing.join(', ')}`
  return {
    code: 'warning',
    text: `the standby ${region} was not seen to have the schema of the primary within ${Math.ceil(seconds)} s: ${why}`,
    hint: 'before it has it, a failover would lose the schema: todo-dr seed --status',
  }
}

const versionOf = (history: readonly RecordedMigration[]): string => `version ${schemaVersion(history)}`

/**
 * The history of both regions against the project's files. Changes nothing. Exit missed where anything differs. Throws
 * `PrimaryUnknown` (exit unknown).
 */
export async function showSchema(input: Omit<SeedInput, 'asked' | 'dryRun' | 'stage'>): Promise<SeedEnding> {
  const {target, world, folder, emit, signal} = input
  const migrations = folder && readMigrations(folder)
  const primary = await primaryNow(input)
  if (primary === undefined) throw primaryUnknown()
  const history = await historyIn(world, primary, 'migrate', {signal})
  if (history === undefined) throw functionOutdated(primary)
  const {pending, refusals} = migrations ? planMigrations(migrations, history) : {pending: [], refusals: []}
  const standby = await askStandby(world, otherRegion(world.deployment, primary), history, signal)
  showVerdict({refusals, waived: []}, emit)
  if (!standby.caughtUp) emit(behind(standby))
  const same = refusals.length === 0 && pending.length === 0 && standby.caughtUp
  const text = `schema ${versionOf(history)} in ${primary}; migrations to apply: ${pending.length}`
  emit({code: 'done', text, next: pending.length > 0 ? 'todo-dr seed' : undefined})
  const result = {
    ...NOTHING,
    target,
    region: primary,
    folder: folder?.folder ?? null,
    dryRun: true,
    refusals,
    migrations: listed(migrations, history),
    standby,
  }
  return {result, exit: same ? 'done' : 'missed'}
}

/** Of the project, or, where it has none, of the history. */
function listed(
  migrations: readonly Migration[] | undefined,
  history: readonly RecordedMigration[] = [],
): SeededMigration[] {
  const rowOf = (wanted: number): RecordedMigration | undefined => history.find(({version}) => version === wanted)
  const times = (row: RecordedMigration | undefined) => ({
    appliedAt: row?.appliedAt ?? null,
    appliedBy: row?.appliedBy ?? null,
  })
  if (migrations)
    return migrations.map((migration) => {
      const {version, name, sha256} = migration
      return {version, name, sha256, state: stateOf(migration, history), ...times(rowOf(version))}
    })
  return history.flatMap((row) => {
    const {version, name, sha256, appliedAt} = row
    if (version === null || sha256 === null) return []
    return [{version, name, sha256, state: appliedAt === null ? ('unfinished' as const) : 'applied', ...times(row)}]
  })
}

const primaryUnknown = (): DrError =>
  new DrError({
    code: 'PrimaryUnknown',
    exit: 'unknown',
    what: 'the primary region is unknown',
    why: 'only the primary takes writes',
    next: 'todo-dr status',
  })
