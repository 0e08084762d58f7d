import {connect, type Socket} from 'node:net'

import type {Listener, Ports} from '../kernel.js'
import {errorPacket} from './error-packet.js'
import {TlsGuard} from './tls-guard.js'

const RETRY_MS = 25
const DIAL_DEADLINE_MS = 2000

/** What a front does with a new connection at this moment. */
export type Destination =
  | {kind: 'server'; port: number}
  /** Ask again until the borrow timeout has passed, then answer with this. */
  | {kind: 'wait'; message: string}
  | {kind: 'refuse'; message: string}

export interface FrontOptions {
  ports: Ports
  region: string
  name: string
  destination: () => Destination
  /** Asked for each connection: it may be modified. Milliseconds; 0 waits for nothing. */
  borrowTimeoutMs: () => number
  requireTls: () => boolean
  /** An endpoint of a cluster is no proxy: it resets what it cannot serve, as a host with no server on it does. */
  speaksMySql?: boolean
}

/**
 * The front of an RDS Proxy endpoint. Bytes are passed through, so TLS is between client and server. A connection that
 * cannot be served waits for the borrow timeout at the most, and is then refused by an error packet in place of the
 * server's greeting.
 */
export class ProxyFront {
  private listener: Listener | undefined
  private readonly clients = new Set<Socket>()

  private constructor(private readonly options: FrontOptions) {}

  static async open(options: FrontOptions): Promise<ProxyFront> {
    const front = new ProxyFront(options)
    front.listener = await options.ports.tcp(options.region, options.name, (socket) => {
      void front.serve(socket)
    })
    return front
  }

  get port(): number {
    return this.listener!.port
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.destroy()
    await this.listener?.close()
  }

  private async serve(client: Socket): Promise<void> {
    this.clients.add(client)
    client.on('error', () => undefined)
    client.once('close', () => this.clients.delete(client))
    const deadline = performance.now() + this.options.borrowTimeoutMs()
    for (;;) {
      if (client.destroyed) return
      const destination = this.options.destination()
      if (destination.kind === 'server') {
        const server = await dial(destination.port)
        if (server) {
          this.join(client, server)
          return
        }
      }

      if (destination.kind === 'refuse') {
        this.refuse(client, destination.message)
        return
      }

      if (performance.now() >= deadline) {
        this.refuse(client, destination.kind === 'wait' ? destination.message : BORROW_TIMED_OUT)
        return
      }

      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }

  private join(client: Socket, server: Socket): void {
    const close = (): void => {
      client.destroy()
      server.destroy()
    }

    for (const socket of [client, server]) {
      socket.on('error', close)
      socket.on('close', close)
    }

    server.pipe(client)
    if (this.options.requireTls()) client.pipe(new TlsGuard((packet) => client.end(packet))).pipe(server)
    else client.pipe(server)
    if (client.destroyed) close()
  }

  private refuse(client: Socket, message: string): void {
    if (this.options.speaksMySql === false) client.resetAndDestroy()
    else client.end(errorPacket(0, message))
  }
}

/** What RDS Proxy says when no connection became available within the borrow timeout (Aurora user guide, RDS Proxy troubleshooting). */
export const BORROW_TIMED_OUT = 'Timed-out waiting to acquire database connection'
/** Of a read/write endpoint of a cluster without a writer (Aurora user guide, RDS Proxy with global databases). */
export const NO_WRITER = "The target group doesn't have any associated read/write instances"
/** Of a read-only endpoint of a cluster without a reader: that it fails is documented, the wording is assumed from NO_WRITER. */
export const NO_READER = "The target group doesn't have any associated read-only instances"

/** A connection to the server, or undefined where it takes none. */
function dial(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({host: '127.0.0.1', port, noDelay: true, timeout: DIAL_DEADLINE_MS})
    const fail = (): void => {
      socket.destroy()
      resolve(undefined)
    }

    socket.once('error', fail)
    socket.once('timeout', fail)
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.removeListener('error', fail)
      socket.removeListener('timeout', fail)
      resolve(socket)
    })
  })
}
