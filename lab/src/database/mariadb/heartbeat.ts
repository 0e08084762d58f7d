import {setTimeout as sleep} from 'node:timers/promises'

import type {Connection} from 'mysql2/promise'

import type {LagSample} from '../../kernel.js'
import type {Server} from './server.js'

/** Between two beats of the primary. Lag is known to about this. */
export const BEAT_MS = 100
const POLL_MS = 100
const RETRY_MS = 200
const STATEMENT_DEADLINE_MS = 3000
/** CloudWatch keeps longer; nobody asks a lab for what was an hour ago. */
const KEEP_MS = 3_600_000

/** The engine's own schema; replicated as everything is. */
export const HEARTBEAT_SCHEMA = [
  'CREATE DATABASE IF NOT EXISTS lab_heartbeat',
  'CREATE TABLE IF NOT EXISTS lab_heartbeat.beat (id TINYINT PRIMARY KEY, at_ms DOUBLE NOT NULL) ENGINE=InnoDB',
  'INSERT IGNORE INTO lab_heartbeat.beat VALUES (1, 0)',
]

/** Epoch milliseconds with fraction, never running backwards. */
const now = (): number => performance.timeOrigin + performance.now()

/** Runs one round after the other until it is stopped; a stop waits for the round that runs. */
class Loop {
  private readonly stopping = new AbortController()
  private running: Promise<void> = Promise.resolve()
  private connection: Connection | undefined

  constructor(
    private readonly everyMs: number,
    private readonly server: Server,
    private readonly round: (connection: Connection) => Promise<void>,
  ) {}

  start(): void {
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

/** Writes the time into the primary, every 100 ms. */
export class Heartbeat extends Loop {
  constructor(server: Server) {
    super(BEAT_MS, server, async (connection) => {
      await connection.query({
        sql: 'UPDATE lab_heartbeat.beat SET at_ms=? WHERE id=1',
        values: [now()],
        timeout: STATEMENT_DEADLINE_MS,
      })
    })
  }
}

/**
 * Reads the heartbeat on a standby. A beat's age when it is first seen is the lag; while no further one comes, the lag grows.
 *
 * While the primary's database is down nothing is recorded: the lag is the difference of two sides, and one of them is not
 * there. (What AWS does then is not documented. A series that ends never shows a lag that nobody measured; what was
 * in flight is bounded by the last datum.) While the primary runs and replication stands still, the lag grows.
 */
export class LagMonitor {
  readonly samples: LagSample[] = []
  private loop: Loop | undefined
  private beat = 0
  private lagOfBeat = 0

  start(server: Server, source: {region: string; isUp: () => boolean}): void {
    this.loop = new Loop(POLL_MS, server, async (connection) => {
      const [rows] = await connection.query({
        sql: 'SELECT at_ms FROM lab_heartbeat.beat',
        timeout: STATEMENT_DEADLINE_MS,
      })
      const beat = Number((rows as {at_ms: number}[])[0]?.at_ms ?? 0)
      if (beat > 0 && source.isUp()) this.record(beat, source.region)
    })
    this.loop.start()
  }

  async stop(): Promise<void> {
    await this.loop?.stop()
    this.loop = undefined
  }

  private record(beat: number, sourceRegion: string): void {
    const at = now()
    if (beat !== this.beat) {
      this.beat = beat
      this.lagOfBeat = at - beat
    }

    const overdue = at - beat - BEAT_MS - POLL_MS
    this.samples.push({at, lagMs: Math.max(0, this.lagOfBeat, overdue), sourceRegion})
    while (this.samples[0]!.at < at - KEEP_MS) this.samples.shift()
  }
}
