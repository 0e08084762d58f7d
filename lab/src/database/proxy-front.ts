import {connect, type Socket} from 'node:net'
import type {Duplex} from 'node:stream'

import type {Listener, Ports} from '../kernel.js'
import {errorPacket} from './error-packet.js'
import {Translator} from './packet-stream.js'
import {TlsGuard} from './tls-guard.js'
import {logIn, type TokenLogin} from './token-login.js'

const RETRY_MS = 25
/** For a whole login: MySQL's connect_timeout. */
const LOGIN_DEADLINE_MS = 10_000
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
  /** Of a proxy that judges tokens at this moment. */
  tokenLogin?: () => TokenLogin | undefined
  /** An endpoint of a cluster is no proxy: it resets what it cannot serve, as a host with no server on it does. */
  speaksMySql?: boolean
}

/**
 * The front of an RDS Proxy endpoint. Bytes are passed through, so TLS is between client and server, unless the proxy judges tokens. A
 * connection that cannot be served waits for the borrow timeout at the most, and is then refused by an error packet in place of the
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
          await this.begin(client, server)
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

  private async begin(client: Socket, server: Socket): Promise<void> {
    bind(client, server)
    const login = this.options.tokenLogin?.()
    if (!login) {
      const guards = this.options.requireTls() ? [new TlsGuard((packet) => client.end(packet))] : []
      join(client, server, guards)
      return
    }

    const timer = setTimeout(() => client.destroy(), LOGIN_DEADLINE_MS)
    client.once('close', () => clearTimeout(timer))
    try {
      const session = await logIn(client, server, login)
      // Who was refused has yet to read why, and hangs up.
      if (!session) return
      clearTimeout(timer)
      join(session.client, session.server, [new Translator((sql) => login.translate(sql))])
    } catch {
      client.destroy()
    }
  }

  private refuse(client: Socket, message: string): void {
    if (this.options.speaksMySql === false) client.resetAndDestroy()
    else client.end(errorPacket(0, message))
  }
}

/** The end of one is the end of the other. */
function bind(client: Duplex, server: Duplex): void {
  const close = (): void => {
    client.destroy()
    server.destroy()
  }

  for (const stream of [client, server]) {
    stream.on('error', close)
    stream.on('close', close)
  }

  if (client.destroyed) close()
}

/** Passes on what each of them says, the client's by way of `guards`. */
function join(client: Duplex, server: Duplex, guards: Duplex[]): void {
  server.pipe(client)
  let from = client
  for (const guard of guards) from = from.pipe(guard)
  from.pipe(server)
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
