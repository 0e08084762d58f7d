import {setTimeout as sleep} from 'node:timers/promises'

import mysql from 'mysql2/promise'

import type {DatabaseServer, Founding, Load, Repeating, StandbyLag} from '../engine.js'
import {until} from '../until.js'
import {beat, HEARTBEAT_SCHEMA, measure, readBeats} from './heartbeat.js'
import {Server, type Ask, type ServerOptions} from './server.js'
import type {Volumes} from './volume.js'

/** How long one replication statement may take; stopping the threads waits for a statement that is being applied. */
const STATEMENT_DEADLINE_MS = 15_000
/** Open transactions may hold up `read_only` for this long before their sessions are killed. */
const PATIENCE_MS = 50
/** Enough for any backlog that a lab can have gathered. */
const APPLY_DEADLINE_MS = 60_000
/**
 * Parameters of a cluster parameter group that reach the server. The others are recorded: they are Aurora's own, or would
 * change what the lab itself stands on (binary log, durability, TLS, which the proxy's front enforces).
 */
const APPLIED_PARAMETERS = new Set([
  'auto_increment_increment',
  'auto_increment_offset',
  'innodb_lock_wait_timeout',
  'max_connections',
  'time_zone',
  'wait_timeout',
  'interactive_timeout',
])
/** What Aurora's master user has, in MariaDB's words: neither SUPER nor anything that gets past read_only. */
const MASTER_PRIVILEGES =
  'SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SHOW DATABASES, ' +
  'CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION CLIENT, REPLICATION SLAVE, CREATE VIEW, SHOW VIEW, ' +
  'CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER'

/** The engine's verbs in MariaDB's words. */
export class ClusterServer extends Server implements DatabaseServer {
  constructor(
    options: ServerOptions,
    private readonly volumes: Volumes,
  ) {
    super(options)
  }

  async surrenderVolume(keepAs?: string): Promise<void> {
    const {dataDir} = this.options
    if (keepAs) await this.volumes.keep(dataDir, keepAs)
    else await this.volumes.discard(dataDir)
  }

  async set(parameter: string, value: string): Promise<void> {
    if (APPLIED_PARAMETERS.has(parameter))
      await this.query(`SET GLOBAL ${parameter}=?`, [serverValue(parameter, value)])
  }

  async found(region: string, founding?: Founding): Promise<void> {
    await this.session(async (ask) => {
      for (const sql of HEARTBEAT_SCHEMA) await ask(sql)
      // What an earlier primary knew of its standbys says nothing here.
      await ask('DELETE FROM lab_heartbeat.member')
      await ask('INSERT INTO lab_heartbeat.member VALUES (?, 0, 0)', [region])
    })
    if (!founding) return
    const {masterUsername, masterPassword, databaseName} = founding
    if (databaseName) await this.query(`CREATE DATABASE IF NOT EXISTS ${mysql.escapeId(databaseName)}`)
    await this.query(`CREATE USER IF NOT EXISTS ?@'%' IDENTIFIED BY ?`, [masterUsername, masterPassword])
    await this.query(`GRANT ${MASTER_PRIVILEGES} ON *.* TO ?@'%' WITH GRANT OPTION`, [masterUsername])
  }

  async setPassword(user: string, password: string): Promise<void> {
    await this.query('ALTER USER ?@? IDENTIFIED BY ?', [user, '%', password])
  }

  async allowWrites(): Promise<void> {
    await this.query('SET GLOBAL read_only=0')
  }

  async refuseWrites(): Promise<void> {
    let refused = false
    const setting = this.query('SET GLOBAL read_only=1', [], STATEMENT_DEADLINE_MS).finally(() => {
      refused = true
    })
    // It is awaited below; until then a failure must not count as unhandled.
    setting.catch(() => undefined)
    while (!refused) {
      await Promise.race([setting.catch(() => undefined), sleep(PATIENCE_MS)])
      if (!refused) await this.killClients()
    }

    await setting
    await this.killClients()
  }

  async position(): Promise<string> {
    const [row] = await this.query('SELECT @@gtid_binlog_pos AS position')
    return String(row?.position ?? '')
  }

  hasApplied(position: string, deadlineMs: number): Promise<boolean> {
    return this.session((ask) => hasApplied(ask, position, deadlineMs))
  }

  async follow(linkPort: number, demoted: boolean): Promise<void> {
    const {user, password} = this.options.credentials.replication
    await this.query('STOP SLAVE', [], STATEMENT_DEADLINE_MS)
    if (!demoted) await this.resumeAfterOwnLog()
    await this.query(
      `CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=?, MASTER_USER=?, MASTER_PASSWORD=?, MASTER_SSL=0,
     MASTER_CONNECT_RETRY=1, MASTER_USE_GTID=slave_pos${demoted ? ', MASTER_DEMOTE_TO_SLAVE=1' : ''}`,
      [linkPort, user, password],
      STATEMENT_DEADLINE_MS,
    )
    await this.query('START SLAVE', [], STATEMENT_DEADLINE_MS)
  }

  async reconnect(): Promise<void> {
    await this.query('STOP SLAVE IO_THREAD', [], STATEMENT_DEADLINE_MS)
    await this.query('START SLAVE', [], STATEMENT_DEADLINE_MS)
  }

  async isReplicating(): Promise<boolean> {
    const [row] = await this.query('SHOW SLAVE STATUS')
    return row?.Slave_IO_Running === 'Yes' && row.Slave_SQL_Running === 'Yes'
  }

  async stopFollowing(): Promise<void> {
    await this.session(async (ask) => {
      await ask('STOP SLAVE IO_THREAD', [], STATEMENT_DEADLINE_MS)
      await until(() => receivedIsApplied(ask), APPLY_DEADLINE_MS, 0)
      await ask('STOP SLAVE', [], STATEMENT_DEADLINE_MS)
      await ask('RESET SLAVE ALL', [], STATEMENT_DEADLINE_MS)
    })
  }

  beat(reported: () => StandbyLag[]): Repeating {
    return beat(this, reported)
  }

  readBeats(see: (beat: number) => void): Repeating {
    return readBeats(this, see)
  }

  measure(see: (load: Load) => void): Repeating {
    return measure(this, this.ownUsers, see)
  }

  /** Of the sessions that are the engine's own. Whoever still logs in has no name yet, and may be the engine. */
  private get ownUsers(): string[] {
    const {admin, replication} = this.options.credentials
    return [admin.user, replication.user, 'system user', 'event_scheduler', 'unauthenticated user']
  }

  /** Kills every session but those of the engine itself. */
  private async killClients(): Promise<void> {
    const connection = await this.connect()
    try {
      const [rows] = await connection.query({
        sql: 'SELECT ID FROM information_schema.PROCESSLIST WHERE USER NOT IN (?)',
        values: [this.ownUsers],
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

  /**
   * A replica logs what it applies. A DDL statement is logged, and the position kept, one after the other: a server that is killed in
   * between has done it, and would be sent it again, which strict GTIDs refuse for good. Its own log is what it has applied
   * (MariaDB, "Atomic DDL": a statement that is in the log is completed by the recovery, any other is undone).
   */
  private async resumeAfterOwnLog(): Promise<void> {
    const [row] = await this.query('SELECT @@gtid_binlog_pos AS logged, @@gtid_slave_pos AS applied')
    const logged = String(row?.logged ?? '')
    if (sequence(logged) > sequence(String(row?.applied ?? ''))) {
      await this.query('SET GLOBAL gtid_slave_pos=?', [logged], STATEMENT_DEADLINE_MS)
    }
  }
}

async function hasApplied(ask: Ask, position: string, deadlineMs: number): Promise<boolean> {
  const sql = 'SELECT MASTER_GTID_WAIT(?, ?) AS missed'
  const [row] = await ask(sql, [position, deadlineMs / 1000], deadlineMs + STATEMENT_DEADLINE_MS)
  return Number(row?.missed) === 0
}

async function receivedIsApplied(ask: Ask): Promise<boolean> {
  const [row] = await ask('SHOW SLAVE STATUS')
  if (!row || row.Slave_SQL_Running !== 'Yes' || !row.Gtid_IO_Pos) return true
  if (await hasApplied(ask, String(row.Gtid_IO_Pos), 1000)) return true
  // The last transaction was received in part only: it can never be applied.
  return String(row.Slave_SQL_Running_State).startsWith('Slave has read all relay log')
}

/** Of a GTID `DOMAIN-SERVER-SEQUENCE`; a lab has one domain. 0 where there is none. */
const sequence = (gtid: string): number => Number(gtid.split('-')[2] ?? 0)

/** Aurora knows time zones by name; a server without the zones' tables knows UTC by its offset alone. */
function serverValue(name: string, value: string): string | number {
  if (name === 'time_zone' && value.toUpperCase() === 'UTC') return '+00:00'
  return /^\d+$/.test(value) ? Number(value) : value
}
