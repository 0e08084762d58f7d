import {connect, createServer, type AddressInfo, type Server, type Socket} from 'node:net'

const COM_BINLOG_DUMP = 0x12
/** Beyond this many delayed bytes the primary's log is read no faster than it is let out. */
const HIGH_WATER = 64 << 20

export interface LinkOptions {
  /** Milliseconds by which bytes from the primary are delayed; asked anew for every chunk. */
  delayMs: () => number
}

/**
 * What lies between a primary and its replica: a TCP proxy that delays the primary's bytes, is cut by a partition, and loses
 * what is in flight when the primary dies. So acknowledged writes are really lost, at the rate times the lag.
 * (MariaDB's own MASTER_DELAY would not do: there the data has arrived, and only waits to be applied.)
 *
 * The delay begins with the dump of the binary log: handshake and set-up, some fifteen round trips that storage
 * replication does not have, are let through at once.
 */
export class ReplicationLink {
  port = 0
  private server: Server | undefined
  private isCut = false
  private target: () => number | undefined = () => undefined
  private readonly flows = new Set<Flow>()

  private constructor(private readonly options: LinkOptions) {}

  static async open(options: LinkOptions): Promise<ReplicationLink> {
    const link = new ReplicationLink(options)
    const server = createServer((socket) => link.accept(socket))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({host: '127.0.0.1', port: 0, exclusive: true}, () => resolve())
    })
    link.port = (server.address() as AddressInfo).port
    link.server = server
    return link
  }

  /** Whether a binary log is being streamed at this moment. */
  get streaming(): boolean {
    return [...this.flows].some((flow) => flow.dumping)
  }

  /** Where new connections go: the port of the primary, or undefined while there is none. Present connections are dropped. */
  aim(target: () => number | undefined): void {
    this.target = target
    this.drop()
  }

  /** A partition: connections are reset, bytes in flight are lost, and new connections are refused. */
  cut(): void {
    this.isCut = true
    this.drop()
  }

  mend(): void {
    this.isCut = false
  }

  /** Lets waiting bytes be looked at again after the delay has changed. */
  hurry(): void {
    for (const flow of this.flows) flow.pump()
  }

  async close(): Promise<void> {
    this.cut()
    const {server} = this
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()))
  }

  private drop(): void {
    for (const flow of this.flows) flow.end()
  }

  private accept(replica: Socket): void {
    const port = this.isCut ? undefined : this.target()
    if (port === undefined) {
      replica.on('error', () => undefined)
      replica.resetAndDestroy()
      return
    }

    const flow = new Flow(replica, connect({host: '127.0.0.1', port}), this.options.delayMs, () =>
      this.flows.delete(flow),
    )
    this.flows.add(flow)
  }
}

/** One replication connection: replica's bytes at once, primary's bytes in order and late. */
class Flow {
  dumping = false
  private readonly waiting: {at: number; bytes: Buffer}[] = []
  private waitingBytes = 0
  private timer: NodeJS.Timeout | undefined
  private ended = false

  constructor(
    private readonly replica: Socket,
    private readonly primary: Socket,
    private readonly delayMs: () => number,
    private readonly onEnd: () => void,
  ) {
    for (const socket of [replica, primary]) {
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      // Whatever waits is lost with the connection: it never left the primary's region.
      socket.on('close', () => this.end())
      socket.on('end', () => this.end())
    }

    replica.on('data', (bytes) => {
      // A command begins a conversation (sequence number 0); in the handshake the replica only answers.
      if (bytes.length >= 5 && bytes[3] === 0 && bytes[4] === COM_BINLOG_DUMP) this.dumping = true
      primary.write(bytes)
    })
    primary.on('data', (bytes) => {
      this.waiting.push({at: performance.now(), bytes})
      this.waitingBytes += bytes.length
      if (this.waitingBytes > HIGH_WATER) primary.pause()
      this.pump()
    })
  }

  pump(): void {
    clearTimeout(this.timer)
    if (this.ended) return
    const delay = this.dumping ? this.delayMs() : 0
    const now = performance.now()
    while (this.waiting.length > 0 && this.waiting[0]!.at + delay <= now) {
      const {bytes} = this.waiting.shift()!
      this.waitingBytes -= bytes.length
      this.replica.write(bytes)
    }

    if (this.waitingBytes <= HIGH_WATER) this.primary.resume()
    const [next] = this.waiting
    if (next) this.timer = setTimeout(() => this.pump(), Math.max(1, next.at + delay - now))
  }

  end(): void {
    if (this.ended) return
    this.ended = true
    clearTimeout(this.timer)
    this.waiting.length = 0
    this.replica.destroy()
    this.primary.destroy()
    this.onEnd()
  }
}
