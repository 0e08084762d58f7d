import {createSocket} from 'node:dgram'
import {connect} from 'node:net'

import {decode, encode, RECURSION_DESIRED, type DecodedPacket, type Packet} from 'dns-packet'
import {expect} from 'chai'

import {serveDns} from '../../../src/data-plane/dns/dns-server.js'
import {keyOf} from '../../../src/data-plane/dns/zone.js'
import type {Zones} from '../../../src/data-plane/dns/zones.js'
import {eventually} from '../../support/lab-data-plane.js'
import {testLab, type TestLab} from '../../wire/support.js'
import {NAME_SERVERS, record, situation, zonesOf} from './records.js'

type Decoded = DecodedPacket & {rcode: string}

const DEADLINE_MS = 5000

function overUdp(port: number, message: Buffer): Promise<Buffer> {
  const socket = createSocket('udp4')
  return new Promise<Buffer>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), DEADLINE_MS)
    socket.once('message', (answer) => {
      clearTimeout(timer)
      resolve(answer)
    })
    socket.once('error', reject)
    socket.send(message, port, '127.0.0.1')
  }).finally(() => socket.close())
}

/** All messages on one connection, cut into pieces of `size` bytes. */
function overTcp(port: number, messages: Buffer[], size: number): Promise<Buffer[]> {
  const framed = Buffer.concat(
    messages.flatMap((message) => [Buffer.from([message.length >> 8, message.length & 0xff]), message]),
  )
  return new Promise((resolve, reject) => {
    const socket = connect({port, host: '127.0.0.1'})
    const answers: Buffer[] = []
    let waiting = Buffer.alloc(0)
    socket.setTimeout(DEADLINE_MS, () => reject(new Error('no answer')))
    socket.setNoDelay(true)
    socket.once('error', reject)
    socket.on('data', (bytes) => {
      waiting = Buffer.concat([waiting, bytes])
      while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
        const end = 2 + waiting.readUInt16BE(0)
        answers.push(waiting.subarray(2, end))
        waiting = waiting.subarray(end)
      }

      if (answers.length < messages.length) return
      socket.destroy()
      resolve(answers)
    })
    for (let at = 0; at < framed.length; at += size) socket.write(framed.subarray(at, at + size))
  })
}

describe('the DNS on loopback', () => {
  let lab: TestLab
  let port: number
  let zones: Zones

  before(async () => {
    const many = Array.from({length: 100}, (_, index) => `10.0.1.${index}`)
    zones = zonesOf({
      'example.com.': [
        record('a.example.com.', 'A', ['10.0.0.1']),
        record('many.example.com.', 'A', many),
        record('sub.example.com.', 'NS', NAME_SERVERS),
      ],
      'sub.example.com.': [record('a.sub.example.com.', 'A', ['10.0.0.2'])],
      'alone.example.com.': [record('a.alone.example.com.', 'A', ['10.0.0.3'])],
    })
    lab = await testLab()
    ;({port} = await serveDns(lab.lab, (name, type) => zones.answer(name, type, situation())))
  })

  after(() => lab.close())

  const question = (name: string, more: Packet = {}): Buffer =>
    encode({type: 'query', id: 4711, flags: RECURSION_DESIRED, questions: [{name, type: 'A'}], ...more})
  const ask = async (name: string, more?: Packet): Promise<Decoded> =>
    decode(await overUdp(port, question(name, more))) as Decoded

  it('answers over UDP with authority, and offers no recursion', async () => {
    const answer = await ask('a.example.com')
    expect(answer).to.include({
      id: 4711,
      rcode: 'NOERROR',
      flag_aa: true,
      flag_rd: true,
      flag_ra: false,
      flag_tc: false,
    })
    expect(answer.answers![0]).to.include({name: 'a.example.com', type: 'A', ttl: 60, data: '10.0.0.1'})
  })

  it('answers out of the zone with the longest name, of those that the zone above leads to', async () => {
    expect((await ask('a.sub.example.com')).answers![0]).to.include({data: '10.0.0.2'})
    expect((await ask('a.alone.example.com')).rcode).to.equal('NXDOMAIN')
  })

  it('refuses names outside of its zones', async () => {
    for (const name of ['example.org', 'com', 'notexample.com', 'abc.execute-api.us-east-1.amazonaws.com'])
      expect((await ask(name)).rcode, name).to.equal('REFUSED')
  })

  it('answers over TCP, also several questions that come in pieces', async () => {
    const answers = await overTcp(port, [question('a.example.com'), question('many.example.com')], 7)
    expect(answers.map((one) => decode(one).answers!.length)).to.deep.equal([1, 100])
  })

  it('truncates what does not fit into UDP, by the size that EDNS offers', async () => {
    const plain = await ask('many.example.com')
    expect(plain).to.deep.include({flag_tc: true, answers: []})
    const opt = {type: 'OPT', name: '.', udpPayloadSize: 4096, extendedRcode: 0, ednsVersion: 0, flags: 0} as never
    const wide = await ask('many.example.com', {additionals: [opt]})
    expect([wide.flag_tc, wide.answers!.length, wide.additionals![0]?.type]).to.deep.equal([false, 100, 'OPT'])
  })

  it('answers a change of records when it has reached the name servers, and as before until then', async () => {
    const zone = zones.all.get('Z0')!
    const late = record('late.example.com.', 'A', ['10.0.0.9'])
    zone.change(new Map([...zone.all, [keyOf(late), late]]), 30)
    expect((await ask('late.example.com')).rcode).to.equal('NXDOMAIN')
    await eventually('the change', async () => (await ask('late.example.com')).rcode === 'NOERROR')
  })

  it('says what is wrong with a message', async () => {
    const broken = Buffer.concat([question('a.example.com').subarray(0, 12), Buffer.from([63, 1])])
    expect((decode(await overUdp(port, broken)) as Decoded).rcode).to.equal('FORMERR')
    const none = encode({type: 'query', id: 1, questions: []})
    expect((decode(await overUdp(port, none)) as Decoded).rcode).to.equal('FORMERR')
    const notify = question('a.example.com')
    notify.writeUInt16BE(0x20_00, 2)
    expect((decode(await overUdp(port, notify)) as Decoded).rcode).to.equal('NOTIMP')
    const chaos = question('a.example.com', {questions: [{name: 'a.example.com', type: 'A', class: 'CH'}]})
    expect((decode(await overUdp(port, chaos)) as Decoded).rcode).to.equal('REFUSED')
  })
})
