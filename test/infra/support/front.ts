import {connect, createServer, type AddressInfo, type Server, type Socket} from 'node:net'

/**
 * pass: as it is. refuse: an RDS Proxy that has nobody to lead to (error 9501 in place of the greeting). hang: accepts and never answers.
 * lose: what the client sends arrives, and the answer never comes back.
 */
export type FrontMode = 'pass' | 'refuse' | 'hang' | 'lose'

/** A TCP front of a database server, for what a network and a proxy do to a client. */
export class Front {
  mode: FrontMode = 'pass'
  /** Connections that were asked of it. */
  connections = 0
  /** What clients sent, as Latin-1 text. */
  heard = ''
  private readonly sockets = new Set<Socket>()

  private constructor(
    private readonly server: Server,
    private readonly target: () => number,
  ) {}

  static async open(target: () => number): Promise<Front> {
    const server = createServer({noDelay: true})
    const front = new Front(server, target)
    server.on('connection', (socket) => front.serve(socket))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return front
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  /** Resets what is connected. */
  reset(): void {
    for (const socket of this.sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.reset()
    await new Promise((resolve) => this.server.close(resolve))
  }

  private serve(client: Socket): void {
    this.connections += 1
    this.track(client)
    if (this.mode === 'hang') return
    if (this.mode === 'refuse') {
      client.end(refusal("The target group doesn't have any associated read/write instances"))
      return
    }

    const database = this.track(connect(this.target(), '127.0.0.1'))
    const close = (): void => {
      client.destroy()
      database.destroy()
    }

    client.on('close', close)
    database.on('close', close)
    client.pipe(database)
    client.on('data', (chunk: Buffer) => (this.heard += chunk.toString('latin1')))
    database.on('data', (chunk: Buffer) => {
      if (this.mode === 'lose') {
        // The server has answered, so that what it was asked is done.
        this.mode = 'pass'
        close()
      } else {
        client.write(chunk)
      }
    })
  }

  private track(socket: Socket): Socket {
    this.sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.sockets.delete(socket))
    return socket
  }
}

/** An ERR packet in place of the greeting: sequence 0, no SQL state. */
function refusal(message: string): Buffer {
  const body = Buffer.concat([Buffer.from([0xff, 9501 & 0xff, 9501 >> 8]), Buffer.from(message)])
  return Buffer.concat([Buffer.from([body.length, 0, 0, 0]), body])
}
