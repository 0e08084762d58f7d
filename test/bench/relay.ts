/** What lies between two regions: a TCP relay to a port of this machine that lets everything through later, in both directions. */

import {once} from 'node:events'
import {connect, createServer} from 'node:net'
import type {AddressInfo, Server, Socket} from 'node:net'

export class Relay {
  private constructor(
    private readonly server: Server,
    private readonly sockets: Set<Socket>,
  ) {}

  /** `delayMs`: each way. A connection takes a round trip to begin, as TCP's handshake does. No bandwidth is taken away. */
  static async open(port: number, delayMs: number): Promise<Relay> {
    const sockets = new Set<Socket>()
    const server = createServer((client) => {
      client.pause()
      sockets.add(client)
      const begin = (): void => {
        const far = connect({host: '127.0.0.1', port, noDelay: true})
        sockets.add(far)
        carry(client, far, delayMs)
        carry(far, client, delayMs)
        client.resume()
      }

      client.setNoDelay(true)
      setTimeout(begin, 2 * delayMs)
    })
    server.listen({host: '127.0.0.1', port: 0})
    await once(server, 'listening')
    return new Relay(server, sockets)
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy()
    this.server.close()
  }
}

/** Timers of one length run in the order in which they were set, so that nothing overtakes. */
function carry(from: Socket, to: Socket, delayMs: number): void {
  from.on('data', (chunk: Buffer) => setTimeout(() => to.writable && to.write(chunk), delayMs))
  from.on('end', () => setTimeout(() => to.end(), delayMs))
  from.on('error', () => to.destroy())
  from.on('close', () => setTimeout(() => to.destroy(), delayMs))
}
