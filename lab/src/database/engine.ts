/** What the lab asks of a database: the verbs of one server, and of the engine that makes servers. mariadb/ implements them. */

/** What a founding cluster brings along; a secondary receives it by replication. */
export interface Founding {
  masterUsername: string
  masterPassword: string
  databaseName?: string
}

/** What a server bears at one moment. */
export interface Load {
  /** Of clients, the engine's own sessions aside. */
  connections: number
  /** Processor time since the server started, in seconds; undefined where the system does not tell. */
  processorSeconds: number | undefined
}

/** Something that goes on beside until it is stopped; a stop waits for the round that runs. */
export interface Repeating {
  stop(): Promise<void>
}

/** One server on one volume. It always starts read-only and without replicating: who it is, is decided afterwards. */
export interface DatabaseServer {
  readonly running: boolean
  /** On 127.0.0.1. */
  readonly port: number
  readonly pid: number | undefined

  /** Returns when the server takes connections. A later start keeps the port where it is still free. */
  start(): Promise<void>
  /** Orderly; killed where it takes longer than 10 s. */
  stop(): Promise<void>
  /** SIGKILL; returns when the process is gone. */
  kill(): Promise<void>
  /** Takes the volume away from a server that has ended: kept under a name, or thrown away. */
  surrenderVolume(keepAs?: string): Promise<void>

  /** Sets a parameter of a cluster parameter group, where it is one that reaches the server. Throws the server's own refusal. */
  set(parameter: string, value: string): Promise<void>
  /** Makes what the lab itself stands on, and what a founding cluster brings along: through the log, so that replicas get it. */
  found(region: string, founding?: Founding): Promise<void>
  setPassword(user: string, password: string): Promise<void>

  allowWrites(): Promise<void>
  /**
   * Takes writing away and cuts clients off, so that no pooled connection goes on. A commit that was acknowledged before this
   * returns is in the log.
   */
  refuseWrites(): Promise<void>
  /** The last transaction that the server has written or applied. */
  position(): Promise<string>
  /** False where a replica has not applied `position` within the deadline (milliseconds). */
  hasApplied(position: string, deadlineMs: number): Promise<boolean>

  /**
   * Replicates from what the link leads to, from the last applied transaction on; an empty server replays everything.
   * `demoted`: this server was the primary a moment ago, and its own last transaction is where it goes on.
   */
  follow(linkPort: number, demoted: boolean): Promise<void>
  /** Connects to its source anew at once instead of at the next retry. */
  reconnect(): Promise<void>
  /** Both halves of replication run. The receiver counts as running only while it is connected. */
  isReplicating(): Promise<boolean>
  /**
   * Ends replication for good, once everything that was received is applied: what has reached the standby's storage is not
   * lost in a failover.
   */
  stopFollowing(): Promise<void>

  /** Writes the time into a primary, every `BEAT_MS`, and beside it what its standbys have reported since. */
  beat(reported: () => StandbyLag[]): Repeating
  /** Reads that time on a replica, every `POLL_MS`: epoch milliseconds, 0 before the first. */
  readBeats(see: (beat: number) => void): Repeating
  /** Asks what the server bears, every `LOAD_MS`. */
  measure(see: (load: Load) => void): Repeating
}

/** What a primary hears of a standby. */
export interface StandbyLag {
  region: string
  lagMs: number
  /** When it was measured, epoch milliseconds. */
  at: number
}

/** Between two beats of the primary. Lag is known to about this. */
export const BEAT_MS = 100
export const POLL_MS = 100
export const LOAD_MS = 1000

/** Makes the servers of one lab. */
export interface DatabaseEngine {
  /** The account with all privileges on every server; undefined until the engine is prepared. */
  readonly admin: {user: string; passwordFile: string} | undefined
  /** The accounts whose tokens AWS's plugin would judge. */
  readonly tokenAccounts: TokenAccounts
  /** Finds or fetches the engine's programs. May be called early and twice; a call that failed may be tried again. */
  prepare(onProgress?: (text: string) => void): Promise<void>
  /** A server, not started, on a fresh volume or on a copy of the one that was kept as `from`. */
  server(region: string, clusterId: string, from?: string): Promise<DatabaseServer>
  /** Removes what all servers, which have ended, left on the disk. */
  close(): Promise<void>
}

/** No engine but AWS's has AWSAuthenticationPlugin. Here such an account has a password that the lab alone knows. */
export interface TokenAccounts {
  readonly password: string
  /** A statement in words that make the same of this engine. Others stay as they are. */
  translate(sql: string): string
}
