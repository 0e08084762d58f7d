import {createSocket, type Socket as UdpSocket} from 'node:dgram'
import {createServer as createHttpServer} from 'node:http'
import {createServer, type Server, type Socket} from 'node:net'
import {randomInt} from 'node:crypto'

import type {LabFaults} from './faults.js'
import {guarded, type HttpHandler} from './guard.js'
import type {Fault, Hosts, Listener, Ports} from './kernel.js'

/**
 * Below Linux's range of ephemeral ports (32768 and up): while a lost region's port is closed, no outgoing connection of
 * this machine may be given it.
 */
const RANGE = {first: 20_000, last: 31_999}
const BIND_ATTEMPTS = 200
/** A port that somebody else holds at the region's return is waited for this long. */
const REBIND_DEADLINE_MS = 10_000

/** Loopback listeners that live and die with their region; see the contract in kernel.ts. */
export class LabPorts implements Ports {
  private readonly listeners = new Set<RegionListener>()

  constructor(
    private readonly faults: LabFaults,
    private readonly hosts: Hosts,
    private readonly range = RANGE,
  ) {
    faults.onStart((fault) => this.each(fault, (listener) => listener.lose(fault.mode)))
    faults.onLift((fault) => this.each(fault, (listener) => listener.recover()))
  }

  async http(
    region: string | undefined,
    name: string,
    handler: HttpHandler,
    alias: (hostname: string) => boolean = () => false,
  ): Promise<Listener> {
    const serves = (hostname: string): boolean =>
      this.hosts.resolve(hostname)?.port === listener.port || alias(hostname)
    const answer = guarded({opensTo: 'anyone', serves}, handler)
    // A request that was read before the loss, or in hang mode after it, must not be carried out.
    const server = createHttpServer((request, response) => {
      if (region === undefined || !this.faults.lost(region)) answer(request, response)
    })
    server.keepAliveTimeout = 60_000
    const listener = await this.listen(region, name, (socket) => server.emit('connection', socket))
    return listener
  }

  tcp(region: string | undefined, name: string, onConnection: (socket: Socket) => void): Promise<Listener> {
    return this.listen(region, name, onConnection)
  }

  /** Closes every listener that is left. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.listeners].map((listener) => listener.close()))
  }

  private async listen(
    region: string | undefined,
    name: string,
    onConnection: (socket: Socket) => void,
  ): Promise<Listener> {
    const listener = new RegionListener(region, name, onConnection, () => this.listeners.delete(listener))
    await listener.bindAnywhere(this.range)
    this.listeners.add(listener)
    // A listener that is born in a lost region is lost from birth.
    const mode = region === undefined ? undefined : this.faults.lossMode(region)
    if (mode) await listener.lose(mode)
    return listener
  }

  private async each(fault: Fault, act: (listener: RegionListener) => Promise<void>): Promise<void> {
    if (fault.kind !== 'region-loss') return
    await Promise.all([...this.listeners].filter(({region}) => region === fault.region).map((one) => act(one)))
  }
}

/**
 * While its region is lost, the listener's port is closed, so that clients are refused. For that time the same port of UDP, of which
 * nothing is read, tells every other lab of this machine to take another one. It is the lab's for as long as the listener is.
 */
class RegionListener implements Listener {
  port = 0
  private server: Server | undefined
  private claim: UdpSocket | undefined
  private hanging = false
  private closed = false
  private readonly sockets = new Set<Socket>()

  constructor(
    readonly region: string | undefined,
    private readonly name: string,
    private readonly onConnection: (socket: Socket) => void,
    private readonly onClose: () => void,
  ) {}

  async bindAnywhere({first, last}: typeof RANGE): Promise<void> {
    for (let attempt = 0; attempt < BIND_ATTEMPTS; attempt++) {
      const port = randomInt(first, last + 1)
      const claim = await boundUdp(port)
      if (!claim) continue
      const bound = await this.bind(port)
      // What belongs to no region is never down.
      if (bound && this.region !== undefined) this.claim = claim
      else claim.close()
      if (bound) return
    }

    throw new Error(`no free port for ${this.name}`)
  }

  async lose(mode: 'refuse' | 'hang'): Promise<void> {
    if (mode === 'hang') {
      this.hanging = true
      for (const socket of this.sockets) silence(socket)
      return
    }

    await this.unbind()
  }

  async recover(): Promise<void> {
    // Connections that hung through the loss are dead to their peers.
    if (this.hanging) this.reset()
    this.hanging = false
    if (this.server || this.closed) return
    const deadline = Date.now() + REBIND_DEADLINE_MS
    while (!(await this.bind(this.port))) {
      if (Date.now() > deadline)
        throw new Error(`another program took port ${this.port} of ${this.name} while ${this.region} was down`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  async close(): Promise<void> {
    this.closed = true
    this.onClose()
    await this.unbind()
    this.claim?.close()
    this.claim = undefined
  }

  /** False where the port is taken. */
  private async bind(port: number): Promise<boolean> {
    const server = createServer((socket) => this.accept(socket))
    const bound = await new Promise<boolean>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(false) : reject(error),
      )
      server.listen({host: '127.0.0.1', port, exclusive: true}, () => resolve(true))
    })
    if (!bound) return false
    server.on('error', () => undefined)
    this.server = server
    this.port = port
    return true
  }

  private accept(socket: Socket): void {
    this.sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => this.sockets.delete(socket))
    if (this.hanging) {
      silence(socket)
      return
    }

    socket.setNoDelay(true)
    this.onConnection(socket)
  }

  private async unbind(): Promise<void> {
    const {server} = this
    this.server = undefined
    this.reset()
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()))
  }

  private reset(): void {
    for (const socket of this.sockets) socket.resetAndDestroy()
    this.sockets.clear()
  }
}

/** A UDP socket of that port on loopback; undefined where the port is taken. Its errors are the caller's. */
export function boundUdp(port: number): Promise<UdpSocket | undefined> {
  const udp = createSocket('udp4')
  return new Promise((resolve, reject) => {
    udp.once('error', (error: NodeJS.ErrnoException) => {
      udp.close()
      if (error.code === 'EADDRINUSE') resolve(undefined)
      else reject(error)
    })
    udp.bind({address: '127.0.0.1', port, exclusive: true}, () => {
      udp.removeAllListeners('error')
      resolve(udp)
    })
  })
}

/** Nothing is read from the socket, and what is written to it stays in its buffer. */
function silence(socket: Socket): void {
  socket.cork()
  socket.pause()
}
