import {expect} from 'chai'
import {once} from 'node:events'
import {connect, createServer, type AddressInfo, type Server, type Socket} from 'node:net'
import {setTimeout as sleep} from 'node:timers/promises'

import {ReplicationLink} from '../../src/database/link.js'
import {until} from '../../src/database/until.js'

/** Of what comes at once, on however busy a machine. */
const DEADLINE_MS = 10_000
const DUMP = Buffer.from([1, 0, 0, 0, 0x12])

describe('replication link', () => {
  let lag = 0
  let primary: Server
  let atPrimary: Socket[]
  let link: ReplicationLink

  beforeEach(async () => {
    lag = 0
    atPrimary = []
    primary = createServer((socket) => {
      socket.on('error', () => undefined)
      atPrimary.push(socket)
    })
    await new Promise<void>((resolve) => {
      primary.listen(0, '127.0.0.1', resolve)
    })
    link = await ReplicationLink.open({delayMs: () => lag})
    link.aim(() => (primary.address() as AddressInfo).port)
  })

  afterEach(async () => {
    await link.close()
    primary.close()
  })

  /** A replica that has asked for the log, and what it has received with the time of arrival. */
  async function replica(): Promise<{socket: Socket; received: {at: number; text: string}[]; source: Socket}> {
    const socket = connect(link.port, '127.0.0.1')
    const received: {at: number; text: string}[] = []
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => received.push({at: performance.now(), text: bytes.toString()}))
    await once(socket, 'connect')
    socket.write(DUMP)
    expect(await until(() => link.streaming && atPrimary.length > 0, DEADLINE_MS)).to.equal(true)
    return {socket, received, source: atPrimary.at(-1)!}
  }

  it('delays what the primary sends by the lag, in order, and follows a change of the lag', async () => {
    const {received, source} = await replica()
    lag = 150
    const sent = performance.now()
    source.write('one')
    // Who waits for as long, beside it, is as late as the machine is.
    const beside = sleep(lag).then(() => performance.now() - sent)
    expect(await until(() => received.length === 1, DEADLINE_MS, 1)).to.equal(true)
    expect(received[0]!.at - sent).to.be.within(145, (await beside) + 1000)

    lag = 60_000
    source.write('two')
    await until(() => false, 30)
    expect(received).to.have.length(1)
    lag = 0
    link.hurry()
    expect(await until(() => received.map(({text}) => text).join(',') === 'one,two', DEADLINE_MS)).to.equal(true)
  })

  it('does not delay the handshake that precedes the log', async () => {
    lag = 60_000
    const socket = connect(link.port, '127.0.0.1')
    await until(() => atPrimary.length === 1, DEADLINE_MS)
    atPrimary[0]!.write('greeting')
    const [bytes] = (await once(socket, 'data')) as [Buffer]
    expect(bytes.toString()).to.equal('greeting')
    expect(link.streaming).to.equal(false)
    socket.destroy()
  })

  it('loses what is in flight when the primary dies', async () => {
    const {socket, received, source} = await replica()
    lag = 60_000
    source.write('acknowledged, yet never replicated')
    await until(() => false, 10)
    const closed = once(socket, 'close')
    source.resetAndDestroy()
    await closed
    lag = 0
    link.hurry()
    await until(() => false, 30)
    expect(received).to.deep.equal([])
    expect(link.streaming).to.equal(false)
  })

  it('is cut by a partition and mended after it', async () => {
    const {socket} = await replica()
    const closed = once(socket, 'close')
    link.cut()
    await closed
    const refused = connect(link.port, '127.0.0.1').on('error', () => undefined)
    await new Promise((resolve) => {
      refused.once('close', resolve)
    })
    expect(atPrimary).to.have.length(1)

    link.mend()
    await replica()
    expect(atPrimary).to.have.length(2)
  })
})
