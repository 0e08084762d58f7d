import {setTimeout as sleep} from 'node:timers/promises'

import type {Connection} from 'mysql2/promise'

import {BEAT_MS, LOAD_MS, POLL_MS, type Load, type Repeating, type StandbyLag} from '../engine.js'
import {now} from '../lag.js'
import {STATUS_SCHEMA} from './credentials.js'
import {processorSeconds} from './processor-time.js'
import type {Server} from './server.js'

const RETRY_MS = 200
const STATEMENT_DEADLINE_MS = 3000

/**
 * The engine's own schema; replicated as everything is. What Aurora MySQL 3.04 and later shows as
 * `information_schema.aurora_global_db_status` (Aurora user guide, "Aurora MySQL-specific information_schema tables") stands in a schema
 * of its own: a server takes no view into information_schema. Its columns about log sequence numbers are left out.
 */
export const HEARTBEAT_SCHEMA = [
  'CREATE DATABASE IF NOT EXISTS lab_heartbeat',
  'CREATE TABLE IF NOT EXISTS lab_heartbeat.beat (id TINYINT PRIMARY KEY, at_ms DOUBLE NOT NULL) ENGINE=InnoDB',
  'INSERT IGNORE INTO lab_heartbeat.beat VALUES (1, 0)',
  `CREATE TABLE IF NOT EXISTS lab_heartbeat.member
    (region VARCHAR(100) PRIMARY KEY, lag_ms DOUBLE NOT NULL, at_ms DOUBLE NOT NULL) ENGINE=InnoDB`,
  `CREATE DATABASE IF NOT EXISTS ${STATUS_SCHEMA}`,
  `CREATE VIEW IF NOT EXISTS ${STATUS_SCHEMA}.aurora_global_db_status AS
    SELECT region AS AWS_REGION, ROUND(lag_ms) AS DURABILITY_LAG_IN_MILLISECONDS, ROUND(lag_ms) AS RPO_LAG_IN_MILLISECONDS,
      TIMESTAMPADD(MICROSECOND, ROUND(at_ms) * 1000, TIMESTAMP'1970-01-01 00:00:00') AS LAST_LAG_CALCULATION_TIMESTAMP
    FROM lab_heartbeat.member`,
]

/** Runs one round after the other until it is stopped; a stop waits for the round that runs. */
class Loop implements Repeating {
  private readonly stopping = new AbortController()
  private readonly running: Promise<void>
  private connection: Connection | undefined

  constructor(
    private readonly everyMs: number,
    private readonly server: Server,
    private readonly round: (connection: Connection) => Promise<void>,
  ) {
    this.running = this.run()
  }

  async stop(): Promise<void> {
    this.stopping.abort()
    await this.running
  }

  private async run(): Promise<void> {
    const {signal} = this.stopping
    while (!signal.aborted) {
      let pause = this.everyMs
      try {
        this.connection ??= this.server.running ? await this.open() : undefined
        if (this.connection) await this.round(this.connection)
      } catch {
        // The server is down or going down: the next round says whether it is back.
        this.connection?.destroy()
        this.connection = undefined
        pause = RETRY_MS
      }

      await sleep(pause, undefined, {signal}).catch(() => undefined)
    }

    this.connection?.destroy()
  }

  private async open(): Promise<Connection> {
    const connection = await this.server.connect()
    connection.on('error', () => undefined)
    return connection
  }
}

/** Writes the time into the primary, and what its standbys have reported. */
export const beat = (server: Server, reported: () => StandbyLag[]): Repeating =>
  new Loop(BEAT_MS, server, async (connection) => {
    await connection.query({
      sql: 'UPDATE lab_heartbeat.beat SET at_ms=? WHERE id=1',
      values: [now()],
      timeout: STATEMENT_DEADLINE_MS,
    })
    for (const {region, lagMs, at} of reported())
      await connection.query({
        sql: 'REPLACE INTO lab_heartbeat.member VALUES (?, ?, ?)',
        values: [region, lagMs, at],
        timeout: STATEMENT_DEADLINE_MS,
      })
  })

/** Reads it on a replica. */
export const readBeats = (server: Server, see: (beat: number) => void): Repeating =>
  new Loop(POLL_MS, server, async (connection) => {
    const [rows] = await connection.query({sql: 'SELECT at_ms FROM lab_heartbeat.beat', timeout: STATEMENT_DEADLINE_MS})
    see(Number((rows as {at_ms: number}[])[0]?.at_ms ?? 0))
  })

/** Asks a server what it bears. `ownUsers` are no clients. */
export const measure = (server: Server, ownUsers: readonly string[], see: (load: Load) => void): Repeating =>
  new Loop(LOAD_MS, server, async (connection) => {
    const [rows] = await connection.query({
      sql: 'SELECT COUNT(*) AS connections FROM information_schema.PROCESSLIST WHERE USER NOT IN (?)',
      values: [ownUsers],
      timeout: STATEMENT_DEADLINE_MS,
    })
    const connections = Number((rows as {connections: string}[])[0]?.connections ?? 0)
    see({connections, processorSeconds: await processorSeconds(server.pid)})
  })
