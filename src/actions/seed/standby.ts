/** Whether the standby has the schema of the primary, asked of the standby itself. */

import {DrError} from '../../errors.js'
import {rest} from '../../measure/clock.js'
import type {Region} from '../../model/deployment.js'
import type {RecordedMigration} from '../../model/migration.js'
import type {World} from '../../ports/world.js'
import {historyIn} from '../../workloads/history.js'
import type {StandbySchema} from './result.js'

/** Replication of storage takes seconds at most; the standby's functions may have to wake, and so may its database. */
export const STANDBY_LIMIT_SECONDS = 60
const PAUSE_MS = 500

/** Names of migrations that the primary has and the standby has not. */
export function missingIn(standby: readonly RecordedMigration[], primary: readonly RecordedMigration[]): string[] {
  const has = new Set(standby.filter(({appliedAt}) => appliedAt !== null).map((row) => keyOf(row)))
  return primary.filter((row) => row.appliedAt !== null && !has.has(keyOf(row))).map(({name}) => name)
}

const keyOf = ({name, sha256}: RecordedMigration): string => `${name} ${sha256}`

/** Asks until the standby has everything, or the time is over. A standby that does not answer is a value. */
export async function awaitStandby(
  world: World,
  region: Region,
  primary: readonly RecordedMigration[],
  signal: AbortSignal,
  limitSeconds = STANDBY_LIMIT_SECONDS,
): Promise<StandbySchema> {
  const {clock} = world
  const begun = clock.now()
  const end = begun + limitSeconds * 1000
  for (;;) {
    const asked = await askStandby(world, region, primary, signal)
    const seconds = Math.round(clock.now() - begun) / 1000
    if (asked.caughtUp || clock.now() + PAUSE_MS >= end) return {...asked, seconds}
    await rest(clock, PAUSE_MS, signal)
    signal.throwIfAborted()
  }
}

/** Asks once. */
export async function askStandby(
  world: World,
  region: Region,
  primary: readonly RecordedMigration[],
  signal: AbortSignal,
): Promise<StandbySchema> {
  const all = missingIn([], primary)
  // Before the first seed its functions cannot log in yet, and there is nothing to ask for.
  if (all.length === 0) return {region, caughtUp: true, missing: all, seconds: 0, reason: null}
  const unknown = (reason: string): StandbySchema => ({region, caughtUp: false, missing: all, seconds: 0, reason})
  try {
    const history = await historyIn(world, region, 'presence', {signal})
    if (!history) return unknown('its presence function knows no migrations')
    const missing = missingIn(history, primary)
    return {region, caughtUp: missing.length === 0, missing, seconds: 0, reason: null}
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof DrError)) throw error
    return unknown(error.why ? `${error.message}: ${error.why}` : error.message)
  }
}
