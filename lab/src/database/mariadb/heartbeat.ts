import {setTimeout as sleep} from 'node:timers/promises'

import type {Connection} from 'mysql2/promise'

import {BEAT_MS, LOAD_MS, POLL_MS, type Load, type Repeating} from '../engine.js'
import {now} from '../lag.js'
import {processorSeconds} from './processor-time.js'
import type {Server} from './server.js'

const RETRY_MS = 200
const STATEMENT_DEADLINE_MS = 3000

/** The engine's own schema; replicated as everything is. */
export const HEARTBEAT_SCHEMA = [
  'CREATE DATABASE IF NOT EXISTS lab_heartbeat',
  'CREATE TABLE IF NOT EXISTS lab_heartbeat.beat (id TINYINT PRIMARY KEY, at_ms DOUBLE NOT NULL) ENGINE=InnoDB',
  'INSERT IGNORE INTO lab_heartbeat.beat VALUES (1, 0)',
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

/** Writes the time into the primary. */
export const beat = (server: Server): Repeating =>
  new Loop(BEAT_MS, server, async (connection) => {
    await connection.query({
      sql: 'UPDATE lab_heartbeat.beat SET at_ms=? WHERE id=1',
      values: [now()],
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
