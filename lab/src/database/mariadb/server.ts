import type {ChildProcess} from 'node:child_process'
import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'

import mysql, {type Connection, type RowDataPacket} from 'mysql2/promise'

import {accountsScript, type EngineCredentials} from './credentials.js'
import {spawnWatched} from '../../watched.js'
import {freePort} from '../free-port.js'
import type {MariaDb} from './provider.js'
import {INNODB_LAYOUT, asUser, serverEnvironment, temporaryFolder} from './volume.js'

/** A server that ends is noticed at once: this is for one that a busy machine starts slowly. */
const READY_DEADLINE_MS = 60_000
const STOP_DEADLINE_MS = 10_000
const QUERY_DEADLINE_MS = 15_000
const START_ATTEMPTS = 3

export interface ServerOptions {
  mariadb: MariaDb
  name: string
  dataDir: string
  /** Beside the data directory, so that it survives a change of volume. */
  errorLog: string
  /** Unique in a lab. */
  serverId: number
  tls: {certFile: string; keyFile: string; caFile: string}
  credentials: EngineCredentials
}

export type Row = Record<string, unknown>

/** One statement, which may take so many milliseconds. */
export type Ask = (sql: string, values?: unknown[], timeoutMs?: number) => Promise<Row[]>

/** One mariadbd on 127.0.0.1. It always starts read-only and without replicating: who it is, is decided afterwards. */
export class Server {
  port = 0
  private child: ChildProcess | undefined
  private ended: Promise<void> = Promise.resolve()

  constructor(readonly options: ServerOptions) {}

  get pid(): number | undefined {
    return this.child?.pid
  }

  get running(): boolean {
    return this.child !== undefined
  }

  /** Returns when the server takes connections. A later start keeps the port where it is still free. */
  async start(): Promise<void> {
    const temporary = await temporaryFolder(this.options.dataDir)
    const accounts = join(temporary, 'accounts.sql')
    await writeFile(accounts, accountsScript(this.options.credentials), {mode: 0o600})
    for (let attempt = 1; ; attempt++) {
      this.port = await freePort(this.port)
      this.launch(temporary, accounts)
      try {
        await this.ready()
        return
      } catch (error) {
        await this.kill()
        if (attempt === START_ATTEMPTS || !String(error).includes('Address already in use')) throw error
        this.port = 0
      }
    }
  }

  /** Orderly; killed where it takes longer than 10 s. */
  async stop(): Promise<void> {
    const {child} = this
    if (!child) return
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS)
    await this.ended
    clearTimeout(timer)
  }

  /** SIGKILL; returns when the process is gone. */
  async kill(): Promise<void> {
    this.child?.kill('SIGKILL')
    await this.ended
  }

  /** A session of the engine's administrator. The caller ends it. */
  connect(): Promise<Connection> {
    const {user, password} = this.options.credentials.admin
    return mysql.createConnection({
      host: '127.0.0.1',
      port: this.port,
      user,
      password,
      connectTimeout: QUERY_DEADLINE_MS,
      supportBigNumbers: true,
      bigNumberStrings: true,
    })
  }

  /** Statements one after the other, in a session of their own: to begin one takes longer than most statements do. */
  async session<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
    const connection = await this.connect()
    try {
      return await work(async (sql, values = [], timeoutMs = QUERY_DEADLINE_MS) => {
        const [rows] = await connection.query<RowDataPacket[]>({sql, values, timeout: timeoutMs})
        return Array.isArray(rows) ? rows : []
      })
    } finally {
      connection.destroy()
    }
  }

  /** One statement in a session of its own. */
  query(...statement: Parameters<Ask>): Promise<Row[]> {
    return this.session((ask) => ask(...statement))
  }

  private launch(temporary: string, accounts: string): void {
    const {mariadb} = this.options
    const child = spawnWatched(mariadb.mariadbd, this.args(temporary, accounts), {
      env: serverEnvironment(mariadb),
      output: 'ignore',
      // A session of its own: Ctrl-C at a terminal reaches the lab alone, which then ends its servers in order.
      detached: true,
    })
    this.child = child
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        if (this.child === child) this.child = undefined
        resolve()
      }

      child.once('exit', end)
      child.once('error', end)
    })
  }

  /**
   * All servers of a lab know its administrator, and another one may have taken the port since it was seen to be free: only an
   * answer with the own id counts. The child that found the port taken is then about to end.
   */
  private async ready(): Promise<void> {
    const deadline = Date.now() + READY_DEADLINE_MS
    let refusal: string
    for (;;) {
      if (!this.running) throw new Error(`${this.options.name} did not start: ${await this.lastWords()}`)
      try {
        const [answer] = await this.query('SELECT @@server_id AS id')
        if (Number(answer?.id) === this.options.serverId) return
        refusal = 'another server has its port'
      } catch (error) {
        refusal = (error as Error).message
      }

      if (Date.now() > deadline) throw new Error(`${this.options.name} does not accept connections: ${refusal}`)

      await sleep(10)
    }
  }

  private async lastWords(): Promise<string> {
    const log = await readFile(this.options.errorLog, 'utf8').catch(() => '')
    return (
      log
        .split('\n')
        .filter((line) => line.includes('[ERROR]'))
        .slice(-5)
        .join('; ') || 'its log is empty'
    )
  }

  private args(temporary: string, accounts: string): string[] {
    const {mariadb, dataDir, errorLog, serverId, tls} = this.options
    return [
      '--no-defaults',
      ...asUser(),
      `--datadir=${dataDir}`,
      `--tmpdir=${temporary}`,
      `--init-file=${accounts}`,
      `--lc-messages-dir=${mariadb.shareDir}`,
      `--plugin-dir=${mariadb.pluginDir}`,
      // Relative to the data directory: a path in a socket's address may have about 100 bytes only.
      '--socket=mariadbd.sock',
      `--port=${this.port}`,
      '--bind-address=127.0.0.1',
      '--pid-file=mariadbd.pid',
      `--log-error=${errorLog}`,
      // Not a line for every connection that ends without a goodbye: the lab kills them by the hundred.
      '--log-warnings=1',
      '--skip-name-resolve',
      `--ssl-cert=${tls.certFile}`,
      `--ssl-key=${tls.keyFile}`,
      `--ssl-ca=${tls.caFile}`,
      `--server-id=${serverId}`,
      '--gtid-domain-id=1',
      '--gtid-strict-mode=1',
      '--log-bin=binlog',
      '--relay-log=relay',
      '--log-slave-updates',
      '--binlog-format=ROW',
      '--binlog-row-image=FULL',
      '--log-bin-trust-function-creators=1',
      '--read-only=1',
      '--skip-slave-start',
      // The link resets connections when it is cut or when the primary dies; this is longer than any lag.
      '--slave-net-timeout=120',
      '--character-set-server=utf8mb4',
      // Written to the operating system at each commit: what was acknowledged survives the death of the process.
      '--innodb-flush-log-at-trx-commit=2',
      '--sync-binlog=0',
      '--innodb-lock-wait-timeout=5',
      '--innodb-buffer-pool-dump-at-shutdown=0',
      '--innodb-buffer-pool-load-at-startup=0',
      '--performance-schema=0',
      '--max-connections=300',
      '--key-buffer-size=1M',
      '--aria-pagecache-buffer-size=8M',
      '--query-cache-type=0',
      '--query-cache-size=0',
      '--tmp-table-size=1M',
      '--thread-stack=256K',
      '--back-log=128',
      ...INNODB_LAYOUT,
    ]
  }
}
