/** A name server on loopback whose answers a test writes. */

import {createSocket} from 'node:dgram'
import type {AddressInfo} from 'node:net'
import {AUTHORITATIVE_ANSWER, decode, encode} from 'dns-packet'

/** Of a name: where its CNAME leads; undefined: it has none. A number: an RCODE. `silent`: no answer. */
export type Said = {target?: string; ttl?: number} | number | 'silent'

export interface TestDns {
  server: {host: string; port: number}
  /** Names that were asked for, in order. */
  asked: string[]
  /** What it says from now on. */
  answer(name: string): Said
  close(): Promise<void>
}

export async function serveDns(answer: (name: string) => Said): Promise<TestDns> {
  const socket = createSocket('udp4')
  const self: TestDns = {
    server: {host: '127.0.0.1', port: 0},
    asked: [],
    answer,
    close: () => new Promise((done) => socket.close(() => done())),
  }
  socket.on('message', (message, {address, port}) => {
    const {id, questions} = decode(message)
    const {name, type} = questions![0]!
    self.asked.push(name)
    const said = self.answer(name)
    if (said === 'silent' || type !== 'CNAME') return
    const rcode = typeof said === 'number' ? said : 0
    const {target: data, ttl = 60} = typeof said === 'number' ? {} : said
    const answers = data === undefined ? [] : [{type: 'CNAME' as const, name, ttl, data}]
    socket.send(encode({type: 'response', id, flags: AUTHORITATIVE_ANSWER | rcode, questions, answers}), port, address)
  })
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done))
  self.server.port = (socket.address() as AddressInfo).port
  return self
}
