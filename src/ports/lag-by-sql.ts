/** The second source of the lag, for where the metric of the standby has no recent datum. */

import type {Region} from '../model/deployment.js'
import type {Lag} from '../model/observation.js'
import type {CallOptions, World} from './world.js'

/** A function of an earlier deployment refuses the question, and tells nothing. `age`: milliseconds. */
interface LagAnswer {
  answered?: {standbys: {region: Region; milliseconds: number; age: number}[] | null}
}

/**
 * What the primary's database knows of a standby's lag: `information_schema.aurora_global_db_status`, which AWS says to ask the primary
 * for (Aurora user guide, "Monitoring Aurora MySQL-based global databases"), through the primary's compare function. Undefined where it
 * knows nothing of that region. Throws what `functions.invoke` throws.
 */
export async function lagBySql(
  {database, functions}: Pick<World, 'database' | 'functions'>,
  primary: Region,
  standby: Region,
  options: CallOptions = {},
): Promise<Lag | undefined> {
  const {answered} = (await functions.invoke(primary, 'compare', {question: 'lag'}, options)) as LagAnswer
  const told = answered?.standbys?.find(({region}) => region === standby)
  return told && {seconds: told.milliseconds / 1000, at: database.now() - told.age, periodSeconds: 0, bySql: true}
}
