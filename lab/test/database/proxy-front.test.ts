import {expect} from 'chai'
import {createServer, type AddressInfo, type Server} from 'node:net'

import mysql from 'mysql2/promise'

import {BORROW_TIMED_OUT, NO_WRITER, ProxyFront, type Destination} from '../../src/database/proxy-front.js'
import {LabFaults} from '../../src/faults.js'
import {LabHosts} from '../../src/hosts.js'
import {LabPorts} from '../../src/ports.js'

describe('proxy front', () => {
  let ports: LabPorts
  let front: ProxyFront
  let destination: Destination
  let borrowTimeoutMs: number

  beforeEach(async () => {
    ports = new LabPorts(new LabFaults(), new LabHosts())
    borrowTimeoutMs = 200
    front = await ProxyFront.open({
      ports,
      region: 'us-east-1',
      name: 'front',
      destination: () => destination,
      borrowTimeoutMs: () => borrowTimeoutMs,
      requireTls: () => true,
    })
  })

  afterEach(async () => {
    await front.close()
    await ports.closeAll()
  })

  async function refused(): Promise<{message: string; errno: number; ms: number}> {
    const started = performance.now()
    try {
      const connection = await mysql.createConnection({
        host: '127.0.0.1',
        port: front.port,
        user: 'app',
        password: 'app',
      })
      connection.destroy()
    } catch (error) {
      const {message, errno} = error as {message: string; errno: number}
      return {message, errno, ms: performance.now() - started}
    }

    throw new Error('connected')
  }

  it('refuses a role that is not there at once, by an error packet in place of the greeting', async () => {
    destination = {kind: 'refuse', message: NO_WRITER}
    borrowTimeoutMs = 60_000
    const {message, errno, ms} = await refused()
    expect(message).to.equal("The target group doesn't have any associated read/write instances")
    expect(errno).to.equal(9501)
    expect(ms).to.be.lessThan(borrowTimeoutMs / 4)
  })

  it('waits for the borrow timeout and no longer', async () => {
    destination = {kind: 'wait', message: NO_WRITER}
    const {message, ms} = await refused()
    expect(message).to.equal(NO_WRITER)
    // Beyond it, the front would end a login after 10 s.
    expect(ms).to.be.within(190, 8000)
  })

  it('says that the wait timed out where the server takes no connection', async () => {
    // Nobody who asks for any port is given this one; one that was free a moment ago may be another test's by now.
    destination = {kind: 'server', port: 1}
    expect((await refused()).message).to.equal(BORROW_TIMED_OUT)
  })

  it('refuses a client that does not ask for TLS, and lets none of its bytes through', async () => {
    let leaked = 0
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (bytes) => {
        leaked += bytes.length
      })
      socket.write(GREETING)
    })
    destination = {kind: 'server', port: await listening(server)}
    const {message, errno} = await refused()
    expect(message).to.equal('This RDS Proxy requires TLS connections')
    expect(errno).to.equal(3159)
    expect(leaked).to.equal(0)
    server.close()
  })
})

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

/** A protocol 10 greeting of a server that offers everything. */
const GREETING = ((): Buffer => {
  const body = Buffer.concat([
    Buffer.from([10]),
    Buffer.from('10.11.0-MariaDB\0'),
    Buffer.from([1, 0, 0, 0]),
    Buffer.from('12345678\0'),
    Buffer.from([0xff, 0xff, 45, 2, 0, 0xff, 0xff, 21]),
    Buffer.alloc(10),
    Buffer.from('123456789012\0'),
    Buffer.from('mysql_native_password\0'),
  ])
  const head = Buffer.alloc(4)
  head.writeUIntLE(body.length, 0, 3)
  return Buffer.concat([head, body])
})()
