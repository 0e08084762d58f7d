/** Name servers on loopback: one port, over UDP and TCP. They belong to no region, and outlive the loss of any. */

import type {Socket as UdpSocket} from 'node:dgram'
import type {Socket} from 'node:net'

import type {Lab, Listener} from '../../kernel.js'
import {boundUdp} from '../../ports.js'
import {respond, type Resolver} from './message.js'

const ATTEMPTS = 50
/** A client that has asked nothing for so long is let go. */
const IDLE_MS = 10_000
/** What two bytes of length can say. */
const MAX_MESSAGE = 65_535

/** Listens on a port that is free for both. */
export async function serveDns(lab: Lab, resolver: Resolver): Promise<{port: number}> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const tcp = await lab.ports.tcp(undefined, 'the DNS', (socket) => serveStream(socket, resolver))
    const udp = await boundUdp(tcp.port)
    if (udp) return serving(lab, tcp, udp, resolver)
    await tcp.close()
  }

  throw new Error('no port for the DNS is free for both UDP and TCP')
}

function serving(lab: Lab, tcp: Listener, udp: UdpSocket, resolver: Resolver): {port: number} {
  udp.on('error', (error) => lab.log('dns', error.message))
  udp.on('message', (message, {address, port}) => {
    const answer = respond(message, resolver)
    // Whoever asked may be gone.
    if (answer) udp.send(answer, port, address, () => undefined)
  })
  lab.onStop(() => new Promise<void>((resolve) => udp.close(() => resolve())))
  return {port: tcp.port}
}

/** Messages with their length in front (RFC 1035, 4.2.2), as many as come. */
function serveStream(socket: Socket, resolver: Resolver): void {
  let waiting = Buffer.alloc(0)
  socket.setTimeout(IDLE_MS, () => socket.destroy())
  socket.on('data', (bytes: Buffer) => {
    waiting = Buffer.concat([waiting, bytes])
    while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
      const end = 2 + waiting.readUInt16BE(0)
      const answer = respond(waiting.subarray(2, end), resolver, MAX_MESSAGE)
      waiting = waiting.subarray(end)
      if (!answer) return void socket.destroy()
      const length = Buffer.alloc(2)
      length.writeUInt16BE(answer.length)
      socket.write(Buffer.concat([length, answer]))
    }
  })
}
