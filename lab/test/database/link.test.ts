import {expect} from 'chai'
import {once} from 'node:events'
import {connect, createServer, type AddressInfo, type Server, type Socket} from 'node:net'

import {ReplicationLink} from '../../src/database/link.js'
import {until} from '../../src/database/until.js'

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
    expect(await until(() => link.streaming && atPrimary.length > 0, 1000)).to.equal(true)
    return {socket, received, source: atPrimary.at(-1)!}
  }

  it('delays what the primary sends by the lag, in order, and follows a change of the lag', async () => {
    const {received, source} = await replica()
    lag = 150
    const sent = performance.now()
    source.write('one')
    expect(await until(() => received.length === 1, 1000, 1)).to.equal(true)
    expect(received[0]!.at - sent).to.be.within(145, 300)

    lag = 60_000
    source.write('two')
    await until(() => false, 30)
    expect(received).to.have.length(1)
    lag = 0
    link.hurry()
    expect(await until(() => received.map(({text}) => text).join(',') === 'one,two', 1000)).to.equal(true)
  })

  it('does not delay the handshake that precedes the log', async () => {
    lag = 60_000
    const socket = connect(link.port, '127.0.0.1')
    await until(() => atPrimary.length === 1, 1000)
    atPrimary[0]!.write('greeting')
    const [bytes] = (await once(socket, 'data')) as [Buffer]
    expect(bytes.toString()).to.equal('greeting')
    expect(link.streaming).to.equal(false)
    socket.destroy()
  })

  it('loses what is in flight when the primary dies', async () => {
    const {socket, received, source} = await replica()
    lag = 50
    source.write('acknowledged, yet never replicated')
    await until(() => false, 10)
    const closed = once(socket, 'close')
    source.resetAndDestroy()
    await closed
    await until(() => false, 80)
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
