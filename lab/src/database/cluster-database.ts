import type {Faults} from '../kernel.js'
import type {DatabaseEngine, DatabaseServer, Founding, Load, Repeating, StandbyLag} from './engine.js'
import {LagMonitor, now} from './lag.js'
import {ReplicationLink} from './link.js'
import {until} from './until.js'

/** `rebuilding`: a former primary whose volume is being replaced; nobody may read or write there. */
export type DatabaseRole = 'writer' | 'reader' | 'rebuilding'

const CATCH_UP_DEADLINE_MS = 120_000
/** Between two writes of what standbys report: an assumption, as Aurora's pages do not say how often it is calculated. */
const SHOW_MS = 1000

/** What a database stands in. */
interface Surroundings {
  engine: DatabaseEngine
  faults: Faults
  /** Called when a server has come up. */
  started(): Promise<void>
  closed(database: ClusterDatabase): void
}

/** Who is told what the database measures. */
export interface Observer {
  /** Of a secondary, in milliseconds behind the primary of that region. */
  lag(lagMs: number, sourceRegion: string): void
  load(load: Load): void
}

/** The database of one cluster: a volume, a server while the cluster has an instance, and the link to its primary. */
export class ClusterDatabase {
  role: DatabaseRole = 'writer'
  link: ReplicationLink | undefined
  private readonly lag: LagMonitor
  /** Name -> value, of the cluster's parameter group. */
  parameters: Record<string, string> = {}
  /** Set for a founding cluster until its volume carries it. */
  founding: Founding | undefined
  /** Set for a restored cluster until its server has its volume: the name under which that was kept, in the same region. */
  original: string | undefined
  private server: DatabaseServer | undefined
  private source: ClusterDatabase | undefined
  private heartbeat: Repeating | undefined
  private load: Repeating | undefined
  private starting: Promise<void> | undefined
  private closed = false
  private promotedAt = -Infinity
  /** What standbys have reported, and the database does not show yet. */
  private readonly heard = new Map<string, StandbyLag>()
  private shownAt = -Infinity
  /** It has written since it last replicated: its own last transaction is then where it goes on as a replica. */
  private hasWritten = false

  constructor(
    private readonly around: Surroundings,
    readonly region: string,
    readonly clusterId: string,
    private readonly observer: Observer,
  ) {
    this.lag = new LagMonitor((lagMs, sourceRegion) => {
      observer.lag(lagMs, sourceRegion)
      if (this.streaming) this.source?.hear({region, lagMs, at: now()})
    })
  }

  /** It has a volume: there was an instance. */
  get hasVolume(): boolean {
    return this.server !== undefined
  }

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

  /** It is the writer, and those know it who learn of a promotion so many milliseconds later. */
  isKnownWriter(ms: number): boolean {
    return this.role === 'writer' && performance.now() - this.promotedAt >= ms
  }

  /** Streaming from its primary without an obstacle, as far as can be said without asking the server. */
  get streaming(): boolean {
    return this.up && (this.link?.streaming ?? false)
  }

  /**
   * Starts the server in its present role; makes the volume where there is none. Nothing where it runs. Of two instances that come up side
   * by side each starts it: it takes up its role once, and both return when it has.
   */
  async start(): Promise<void> {
    this.starting ??= this.startOnce().finally(() => {
      this.starting = undefined
    })
    await this.starting
  }

  private async startOnce(): Promise<void> {
    if (this.up) return
    await this.boot()
    await this.applyParameters(this.parameters)
    if (this.role === 'writer') await this.openForWrites()
    else if (this.role === 'reader' && this.source) await this.follow(this.source)
    this.load ??= this.running().measure((load) => this.observer.load(load))
    await this.around.started()
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
    await this.starting?.catch(() => undefined)
    await this.kill()
    await this.link?.close()
    this.around.closed(this)
  }

  /** Sets what can be set while the server runs; a value that the server refuses throws its message. */
  async applyParameters(parameters: Record<string, string>): Promise<void> {
    this.parameters = {...parameters}
    if (!this.up) return
    for (const [name, value] of Object.entries(parameters)) await this.running().set(name, value)
  }

  async setMasterPassword(user: string, password: string): Promise<void> {
    if (this.founding) this.founding.masterPassword = password
    if (this.up) await this.running().setPassword(user, password)
  }

  /** Becomes a replica of `source`; of a server that is down only the role is taken, and `start` does the rest. */
  async follow(source: ClusterDatabase): Promise<void> {
    this.role = 'reader'
    this.source = source
    await this.stopHeartbeat()
    this.link ??= await ReplicationLink.open({delayMs: () => this.around.faults.lagMs()})
    this.link.aim(() => source.port)
    this.obeyPartition()
    if (!this.up) return
    await this.running().follow(this.link.port, this.hasWritten)
    this.hasWritten = false
    await this.lag.stop()
    // A volume that is being copied lags behind nothing yet: its replay of the whole log is this engine's way to copy.
    const isMeasured = (): boolean => source.up && this.role !== 'rebuilding'
    this.lag.start(this.running(), {region: source.region, isMeasured})
  }

  /** The writer's last word before it is demoted: writes are refused, clients are cut off, the position is final. */
  async demote(): Promise<string> {
    await this.stopHeartbeat()
    this.role = 'rebuilding'
    await this.running().refuseWrites()
    return this.running().position()
  }

  /** Undoes `demote`. */
  async resumeWriting(): Promise<void> {
    await this.becomeWriter()
  }

  /** Whether this replica has applied `position` within the deadline. */
  hasApplied(position: string, deadlineMs: number): Promise<boolean> {
    return this.running().hasApplied(position, deadlineMs)
  }

  /** Ends replication, with everything that was received applied, and takes writes. */
  async promote(): Promise<void> {
    this.link?.cut()
    await this.lag.stop()
    await this.running().stopFollowing()
    this.source = undefined
    this.promotedAt = performance.now()
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
    await this.server?.surrenderVolume(keepAs && this.keptName(keepAs))
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
    return this.streaming && this.running().isReplicating()
  }

  /** Applies a partition, or its end, to the link. */
  obeyPartition(): void {
    const {link, source} = this
    if (!link || !source) return
    const {faults} = this.around
    if ([this.region, source.region].some((region) => faults.has('partition', region))) link.cut()
    else link.mend()
  }

  /** Reconnects to a primary that is back, without waiting for the next retry. */
  async reconnect(): Promise<void> {
    if (this.role === 'writer' || !this.up || !this.source?.up || this.streaming) return
    await this.running().reconnect()
  }

  private async catchUp(source: ClusterDatabase): Promise<void> {
    const caughtUp = await until(async () => {
      if (!source.up) throw new Error(`${source.region} went down while ${this.region} was copied from it`)
      const position = await source.running().position()
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
    // Through the log, as everything after the pristine template.
    await this.running().found(this.region, this.founding)
    this.founding = undefined
    await this.running().allowWrites()
    this.heard.clear()
    this.heartbeat ??= this.running().beat(() => this.newlyHeard())
  }

  /** A standby tells its primary how far it is behind, while a link leads there. */
  private hear(lag: StandbyLag): void {
    this.heard.set(lag.region, lag)
  }

  private newlyHeard(): StandbyLag[] {
    if (now() - this.shownAt < SHOW_MS) return []
    this.shownAt = now()
    const news = [...this.heard.values()]
    this.heard.clear()
    return news
  }

  private async quiesce(): Promise<void> {
    await this.stopHeartbeat()
    await this.lag.stop()
    await this.load?.stop()
    this.load = undefined
  }

  private async stopHeartbeat(): Promise<void> {
    await this.heartbeat?.stop()
    this.heartbeat = undefined
  }

  /** Of a database that is closed nothing may be made any more: its folder is being removed. */
  private async boot(): Promise<void> {
    this.refuseIfClosed()
    const from = this.original && this.keptName(this.original)
    this.server ??= await this.around.engine.server(this.region, this.clusterId, from)
    this.original = undefined
    this.refuseIfClosed()
    await this.server.start()
    this.refuseIfClosed()
  }

  private keptName(name: string): string {
    return `${this.region}-${name}`
  }

  private refuseIfClosed(): void {
    if (this.closed) throw new Error(`${this.clusterId} in ${this.region} is closed`)
  }

  private running(): DatabaseServer {
    if (!this.server?.running) throw new Error(`the database of ${this.clusterId} in ${this.region} is down`)
    return this.server
  }
}
