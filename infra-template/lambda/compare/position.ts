/** What a database has by now, and whether another one has received it: by global transaction ids, where the servers keep them. */

import {badRequest} from '../shared/answer.js'
import type {Session} from '../shared/database.js'

/** Seconds that one question waits in the server for what is under way. */
const WAIT_SECONDS = 1

/** The variable that holds the position, and the function that waits for it and returns 0 once it has come, by server. */
const SERVERS = {
  // Knowledge base of MariaDB, "MASTER_GTID_WAIT": it waits for what the replica has applied.
  mariadb: {variable: 'gtid_binlog_pos', wait: 'MASTER_GTID_WAIT'},
  // MySQL 8.0 reference manual, "Functions Used with Global Transaction Identifiers (GTIDs)".
  mysql: {variable: 'gtid_executed', wait: 'WAIT_FOR_EXECUTED_GTID_SET'},
}

export interface Position {
  server: keyof typeof SERVERS
  set: string
}

/** Null where the server keeps no such ids: Aurora does by default only where `gtid-mode` is ON. */
export async function positionOf(session: Session): Promise<Position | null> {
  const names = Object.values(SERVERS).map(({variable}) => variable)
  const rows = await session.rows<{Variable_name: string; Value: string}>(
    'SHOW GLOBAL VARIABLES WHERE Variable_name IN (?)',
    [names],
  )
  for (const server of ['mariadb', 'mysql'] as const) {
    const set = rows.find((row) => row.Variable_name === SERVERS[server].variable)?.Value
    if (set) return {server, set}
  }

  return null
}

/** False too where this server is of another kind, or does not replicate by these ids. */
export async function hasArrived(session: Session, {server, set}: {server?: unknown; set?: unknown}): Promise<boolean> {
  if ((server !== 'mariadb' && server !== 'mysql') || typeof set !== 'string')
    throw badRequest('InvalidPayload', 'A position has a server and a set.')
  try {
    const [row] = await session.rows<{waited: number | string | null}>(
      `SELECT ${SERVERS[server].wait}(?, ${WAIT_SECONDS}) AS waited`,
      [set],
    )
    return row?.waited !== null && Number(row?.waited) === 0
  } catch (error) {
    if (isRefused(error)) return false
    throw error
  }
}

/** The server has no such function, or takes the set for none of its own: its errors come with an SQL state, those of the network do not. */
const isRefused = (error: unknown): boolean => (error as {sqlState?: unknown}).sqlState !== undefined
