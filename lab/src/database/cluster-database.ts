import mysql from 'mysql2/promise'

import type {Fleet} from './fleet.js'
import {HEARTBEAT_SCHEMA, Heartbeat, LagMonitor} from './mariadb/heartbeat.js'
import {ReplicationLink} from './link.js'
import * as replication from './mariadb/replication.js'
import type {Server} from './mariadb/server.js'
import {until} from './until.js'

/** `rebuilding`: a former primary whose volume is being replaced; nobody may read or write there. */
export type DatabaseRole = 'writer' | 'reader' | 'rebuilding'

/** What a founding cluster brings along; a secondary receives it by replication. */
export interface Founding {
  masterUsername: string
  masterPassword: string
  databaseName?: string
}

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
const CATCH_UP_DEADLINE_MS = 120_000

/** The database of one cluster: a volume, a server while the cluster has an instance, and the link to its primary. */
export class ClusterDatabase {
  role: DatabaseRole = 'writer'
  link: ReplicationLink | undefined
  readonly lag = new LagMonitor()
  /** Name -> value, of the cluster's parameter group. */
  parameters: Record<string, string> = {}
  /** Set for a founding cluster until its volume carries it. */
  founding: Founding | undefined
  private server: Server | undefined
  private source: ClusterDatabase | undefined
  private heartbeat: Heartbeat | undefined
  private generation = 0
  private booting: Promise<void> | undefined
  private closed = false
  /** It has written since it last replicated: its own last transaction is then where it goes on as a replica. */
  private hasWritten = false

  constructor(
    private readonly fleet: Fleet,
    readonly region: string,
    readonly clusterId: string,
  ) {}

  get up(): boolean {
    return this.server?.running ?? false
  }

  /** The server's own port on 127.0.0.1; undefined while it is down. */
  get port(): number | undefined {
    return this.server?.running ? this.server.port : undefined
  }

  get pid(): number | undefined {
    return this.server?.pid
  }

  /** Streaming from its primary without an obstacle, as far as can be said without asking the server. */
  get streaming(): boolean {
    return this.up && (this.link?.streaming ?? false)
  }

  /** Starts the server in its present role; makes the volume where there is none. Nothing where it runs. */
  async start(): Promise<void> {
    if (this.up) return
    this.booting ??= this.boot().finally(() => {
      this.booting = undefined
    })
    await this.booting
    await this.applyParameters(this.parameters)
    if (this.role === 'writer') await this.openForWrites()
    else if (this.role === 'reader' && this.source) await this.follow(this.source)
    await this.fleet.reconnectReplicas()
  }

  async stop(): Promise<void> {
    await this.quiesce()
    await this.server?.stop()
  }

  /** SIGKILL: what a lost region and a crash do. */
  async kill(): Promise<void> {
    await this.server?.kill()
    await this.quiesce()
  }

  /** The end: a start that is under way is waited for and undone. */
  async close(): Promise<void> {
    this.closed = true
    await this.kill()
    await this.booting?.catch(() => undefined)
    await this.kill()
    await this.link?.close()
    this.fleet.databases.delete(this)
  }

  /** Sets what can be set while the server runs; a value that the server refuses throws its message. */
  async applyParameters(parameters: Record<string, string>): Promise<void> {
    this.parameters = {...parameters}
    if (!this.up) return
    for (const [name, value] of Object.entries(parameters)) {
      if (!APPLIED_PARAMETERS.has(name)) continue
      await this.running().query(`SET GLOBAL ${name}=?`, [serverValue(name, value)])
    }
  }

  async setMasterPassword(user: string, password: string): Promise<void> {
    if (this.founding) this.founding.masterPassword = password
    if (this.up) await this.running().query('ALTER USER ?@? IDENTIFIED BY ?', [user, '%', password])
  }

  /** Becomes a replica of `source`; of a server that is down only the role is taken, and `start` does the rest. */
  async follow(source: ClusterDatabase): Promise<void> {
    this.role = 'reader'
    this.source = source
    await this.stopHeartbeat()
    this.link ??= await ReplicationLink.open({delayMs: () => this.fleet.lab.faults.lagMs()})
    this.link.aim(() => source.port)
    this.obeyPartition()
    if (!this.up) return
    await replication.follow(this.running(), this.link.port, this.hasWritten)
    this.hasWritten = false
    await this.lag.stop()
    this.lag.start(this.running(), {region: source.region, isUp: () => source.up})
  }

  /** The writer's last word before it is demoted: writes are refused, clients are cut off, the position is final. */
  async demote(): Promise<string> {
    await this.stopHeartbeat()
    this.role = 'rebuilding'
    await replication.refuseWrites(this.running())
    return replication.writtenPosition(this.running())
  }

  /** Undoes `demote`. */
  async resumeWriting(): Promise<void> {
    await this.becomeWriter()
  }

  /** Whether this replica has applied `position` within the deadline. */
  hasApplied(position: string, deadlineMs: number): Promise<boolean> {
    return replication.waitForPosition(this.running(), position, deadlineMs)
  }

  /** Ends replication, with everything that was received applied, and takes writes. */
  async promote(): Promise<void> {
    this.link?.cut()
    await this.lag.stop()
    await replication.stopFollowing(this.running())
    this.source = undefined
    await this.becomeWriter()
  }

  /** Leaves its primary for good and stands alone, with what it has received. */
  async detach(): Promise<void> {
    if (this.role === 'reader' && this.up) {
      await this.promote()
      return
    }

    this.link?.cut()
    this.source = undefined
    await this.resumeWriting()
  }

  /** Ends the server and takes the volume away from it: kept under a name, or thrown away. */
  async surrenderVolume(keepAs?: string): Promise<void> {
    await this.kill()
    const {volumes} = await this.fleet.ground()
    if (this.server && keepAs) await volumes.keep(this.server.options.dataDir, `${this.region}-${keepAs}`)
    else if (this.server) await volumes.discard(this.server.options.dataDir)
    this.server = undefined
    this.founding = undefined
    this.hasWritten = false
  }

  /** Starts on a fresh volume as a replica that replays everything; returns when it has caught up. */
  async rebuild(source: ClusterDatabase): Promise<void> {
    this.role = 'rebuilding'
    await this.start()
    await this.follow(source)
    this.role = 'rebuilding'
    await this.catchUp(source)
    this.role = 'reader'
  }

  /** Threads of replication run and the link streams. */
  async isReplicating(): Promise<boolean> {
    if (!this.streaming) return false
    const {io, sql} = await replication.replicaHealth(this.running())
    return io && sql
  }

  /** Applies a partition, or its end, to the link. */
  obeyPartition(): void {
    const {link, source} = this
    if (!link || !source) return
    const {faults} = this.fleet.lab
    if ([this.region, source.region].some((region) => faults.has('partition', region))) link.cut()
    else link.mend()
  }

  /** Reconnects to a primary that is back, without waiting for the next retry. */
  async reconnect(): Promise<void> {
    if (this.role === 'writer' || !this.up || !this.source?.up || this.streaming) return
    await replication.reconnect(this.running())
  }

  private async catchUp(source: ClusterDatabase): Promise<void> {
    const caughtUp = await until(async () => {
      if (!source.up) throw new Error(`${source.region} went down during the resynchronization of ${this.region}`)
      const position = await replication.writtenPosition(source.running())
      return this.hasApplied(position, 1000)
    }, CATCH_UP_DEADLINE_MS)
    if (!caughtUp) throw new Error(`${this.clusterId} in ${this.region} did not catch up`)
  }

  /** It writes first and is called the writer then: a proxy that queues until there is one must not find it read-only. */
  private async becomeWriter(): Promise<void> {
    try {
      if (this.up) await this.openForWrites()
    } finally {
      this.role = 'writer'
    }
  }

  private async openForWrites(): Promise<void> {
    this.hasWritten = true
    await this.found()
    await replication.allowWrites(this.running())
    if (this.heartbeat) return
    this.heartbeat = new Heartbeat(this.running())
    this.heartbeat.start()
  }

  /** Through the binary log, as everything after the pristine template. */
  private async found(): Promise<void> {
    const server = this.running()
    for (const sql of HEARTBEAT_SCHEMA) await server.query(sql)
    if (!this.founding) return
    const {masterUsername, masterPassword, databaseName} = this.founding
    if (databaseName) await server.query(`CREATE DATABASE IF NOT EXISTS ${mysql.escapeId(databaseName)}`)
    await server.query(`CREATE USER IF NOT EXISTS ?@'%' IDENTIFIED BY ?`, [masterUsername, masterPassword])
    await server.query(`GRANT ${MASTER_PRIVILEGES} ON *.* TO ?@'%' WITH GRANT OPTION`, [masterUsername])
    this.founding = undefined
  }

  private async quiesce(): Promise<void> {
    await this.stopHeartbeat()
    await this.lag.stop()
  }

  private async stopHeartbeat(): Promise<void> {
    await this.heartbeat?.stop()
    this.heartbeat = undefined
  }

  private async boot(): Promise<void> {
    this.server ??= await this.newServer()
    if (!this.closed) await this.server.start()
    if (this.closed) throw new Error(`${this.clusterId} in ${this.region} is closed`)
  }

  private async newServer(): Promise<Server> {
    const {volumes} = await this.fleet.ground()
    this.generation += 1
    const dataDir = await volumes.create(`${this.region}-${this.clusterId}-${this.generation}`)
    return this.fleet.server(this.region, this.clusterId, dataDir)
  }

  private running(): Server {
    if (!this.server?.running) throw new Error(`the database of ${this.clusterId} in ${this.region} is down`)
    return this.server
  }
}

/** Aurora knows time zones by name; a server without the zones' tables knows UTC by its offset alone. */
function serverValue(name: string, value: string): string | number {
  if (name === 'time_zone' && value.toUpperCase() === 'UTC') return '+00:00'
  return /^\d+$/.test(value) ? Number(value) : value
}
