import {setTimeout as sleep} from 'node:timers/promises'

import type {Server} from './server.js'
import {until} from '../until.js'

/** How long one replication statement may take; stopping the threads waits for a statement that is being applied. */
const STATEMENT_DEADLINE_MS = 15_000
/** Open transactions may hold up `read_only` for this long before their sessions are killed. */
const PATIENCE_MS = 50
/** Enough for any backlog that a lab can have gathered. */
const APPLY_DEADLINE_MS = 60_000

export interface ReplicaHealth {
  io: boolean
  sql: boolean
  error: string
}

/** Lets the server write. */
export async function allowWrites(server: Server): Promise<void> {
  await server.query('SET GLOBAL read_only=0')
}

/**
 * Takes writing away: read_only, then the sessions of all clients are killed, so that no pooled connection goes on. A commit
 * that was acknowledged before this returns is in the binary log.
 */
export async function refuseWrites(server: Server): Promise<void> {
  let refused = false
  const setting = server.query('SET GLOBAL read_only=1', [], STATEMENT_DEADLINE_MS).finally(() => {
    refused = true
  })
  // The caller awaits `setting` below; until then a failure must not count as unhandled.
  setting.catch(() => undefined)
  while (!refused) {
    await Promise.race([setting.catch(() => undefined), sleep(PATIENCE_MS)])
    if (!refused) await killClients(server)
  }

  await setting
  await killClients(server)
}

/** Kills every session but those of the engine itself. */
export async function killClients(server: Server): Promise<void> {
  const {admin, replication} = server.options.credentials
  const connection = await server.connect()
  try {
    const [rows] = await connection.query({
      sql: `SELECT ID FROM information_schema.PROCESSLIST WHERE USER NOT IN (?, ?, 'system user', 'event_scheduler')`,
      values: [admin.user, replication.user],
      timeout: STATEMENT_DEADLINE_MS,
    })
    for (const {ID} of rows as {ID: string}[]) {
      // 1094: it has ended by itself.
      await connection.query(`KILL CONNECTION ${Number(ID)}`).catch((error: {errno?: number}) => {
        if (error.errno !== 1094) throw error
      })
    }
  } finally {
    connection.destroy()
  }
}

/** The last transaction that the server has written or applied. */
export async function writtenPosition(server: Server): Promise<string> {
  const [row] = await server.query('SELECT @@gtid_binlog_pos AS position')
  return String(row?.position ?? '')
}

/** False where the replica has not applied `position` within the deadline (milliseconds). */
export async function waitForPosition(replica: Server, position: string, deadlineMs: number): Promise<boolean> {
  const sql = 'SELECT MASTER_GTID_WAIT(?, ?) AS missed'
  const [row] = await replica.query(sql, [position, deadlineMs / 1000], deadlineMs + STATEMENT_DEADLINE_MS)
  return Number(row?.missed) === 0
}

/**
 * Replicates from what the link leads to, from the last applied transaction on; an empty server replays everything.
 * `demoted`: this server was the primary a moment ago, and its own last transaction is where it goes on.
 */
export async function follow(server: Server, linkPort: number, demoted = false): Promise<void> {
  const {user, password} = server.options.credentials.replication
  await server.query('STOP SLAVE', [], STATEMENT_DEADLINE_MS)
  await server.query(
    `CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=?, MASTER_USER=?, MASTER_PASSWORD=?, MASTER_SSL=0,
     MASTER_CONNECT_RETRY=1, MASTER_USE_GTID=slave_pos${demoted ? ', MASTER_DEMOTE_TO_SLAVE=1' : ''}`,
    [linkPort, user, password],
    STATEMENT_DEADLINE_MS,
  )
  await server.query('START SLAVE', [], STATEMENT_DEADLINE_MS)
}

/** Connects anew at once instead of at the next retry. */
export async function reconnect(server: Server): Promise<void> {
  await server.query('STOP SLAVE IO_THREAD', [], STATEMENT_DEADLINE_MS)
  await server.query('START SLAVE', [], STATEMENT_DEADLINE_MS)
}

/** Whether the replication threads run. The receiver counts as running only while it is connected. */
export async function replicaHealth(server: Server): Promise<ReplicaHealth> {
  const [row] = await server.query('SHOW SLAVE STATUS')
  return {
    io: row?.Slave_IO_Running === 'Yes',
    sql: row?.Slave_SQL_Running === 'Yes',
    error: String(row?.Last_SQL_Error || row?.Last_IO_Error || ''),
  }
}

/**
 * Ends replication for good, once everything that was received is applied: what has reached the standby's storage is not
 * lost in a failover.
 */
export async function stopFollowing(server: Server): Promise<void> {
  await server.query('STOP SLAVE IO_THREAD', [], STATEMENT_DEADLINE_MS)
  await until(() => receivedIsApplied(server), APPLY_DEADLINE_MS, 0)
  await server.query('STOP SLAVE', [], STATEMENT_DEADLINE_MS)
  await server.query('RESET SLAVE ALL', [], STATEMENT_DEADLINE_MS)
}

async function receivedIsApplied(server: Server): Promise<boolean> {
  const [row] = await server.query('SHOW SLAVE STATUS')
  if (!row || row.Slave_SQL_Running !== 'Yes' || !row.Gtid_IO_Pos) return true
  if (await waitForPosition(server, String(row.Gtid_IO_Pos), 1000)) return true
  // The last transaction was received in part only: it can never be applied.
  return String(row.Slave_SQL_Running_State).startsWith('Slave has read all relay log')
}
