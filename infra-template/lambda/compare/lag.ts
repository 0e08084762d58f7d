/** How far the standbys of a global database are behind, as its primary knows it. */

import type {Session} from '../shared/database.js'

/**
 * Aurora MySQL 3.04 and later has the table in information_schema (Aurora user guide, "Aurora MySQL-specific information_schema tables"). A
 * server that takes no view there, as a lab's, has it in a schema of its own.
 */
const SCHEMAS = ['information_schema', 'aurora']

/** No such table or schema (1146, 1049), or none in information_schema (1109). */
const MISSING = new Set([1049, 1109, 1146])

export interface StandbyLag {
  region: string
  milliseconds: number
  /** Since it was calculated, milliseconds. */
  age: number
}

/**
 * Null where the server keeps no such table. The primary's own row says nothing: its lag is 0, and was calculated in 1970. The time of
 * calculation is taken to be in UTC, an assumption: the page shows it with +00.
 */
export async function lagsOf(session: Session): Promise<StandbyLag[] | null> {
  for (const schema of SCHEMAS) {
    const rows = await orMissing(() =>
      session.rows<Record<keyof StandbyLag, number | string>>(
        `SELECT AWS_REGION AS region, RPO_LAG_IN_MILLISECONDS AS milliseconds,
          TIMESTAMPDIFF(MICROSECOND, LAST_LAG_CALCULATION_TIMESTAMP, UTC_TIMESTAMP(6)) DIV 1000 AS age
        FROM ${schema}.aurora_global_db_status WHERE LAST_LAG_CALCULATION_TIMESTAMP > '1971-01-01'`,
      ),
    )
    if (rows)
      return rows.map(({region, milliseconds, age}) => ({
        region: String(region),
        milliseconds: Number(milliseconds),
        age: Math.max(0, Number(age)),
      }))
  }

  return null
}

async function orMissing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (MISSING.has((error as {errno?: number}).errno ?? 0)) return undefined
    throw error
  }
}
