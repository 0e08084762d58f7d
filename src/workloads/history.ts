import {DrError} from '../errors.js'
import type {Region} from '../model/deployment.js'
import type {RecordedMigration} from '../model/migration.js'
import type {CallOptions, World} from '../ports/world.js'
import {repeated} from './repeat.js'

/** The code with which functions that were deployed before there were migrations refuse to tell their history. */
const UNKNOWN_TO_IT = 'UnknownAction'

/**
 * The migrations that a region's database has. migrate: by its writer, which is the primary's alone. presence: by whatever the region
 * can read from. Undefined where the workload, or the deployed migrate function, knows no migrations. Throws `AnswerUnexpected` (exit
 * failed), and what the call throws.
 */
export async function historyIn(
  {functions, workload}: Pick<World, 'functions' | 'workload'>,
  region: Region,
  role: 'migrate' | 'presence',
  options: CallOptions = {},
): Promise<RecordedMigration[] | undefined> {
  const {migrations} = workload
  if (!migrations) return undefined
  let answer: unknown
  try {
    answer = await repeated(() => functions.invoke(region, role, migrations.history, options), options.signal)
  } catch (error) {
    if (error instanceof DrError && error.code === UNKNOWN_TO_IT) return undefined
    throw error
  }

  const history = migrations.historyIn(answer)
  if (history) return history
  throw new DrError({
    code: 'AnswerUnexpected',
    exit: 'failed',
    what: `the ${role} function in ${region} gave an answer that todo-dr does not understand`,
    why: JSON.stringify(answer)?.slice(0, 300),
    next: 'compare the versions of todo-dr and of the deployed functions',
  })
}
