import {createServer, request} from 'node:http'
import {connect, type Socket} from 'node:net'
import {once} from 'node:events'

import {expect} from 'chai'

import {LabFaults} from '../src/faults.js'
import {LabHosts} from '../src/hosts.js'
import type {Listener} from '../src/kernel.js'
import {LabPorts} from '../src/ports.js'

const HOME = 'us-east-1'
const loss = {kind: 'region-loss' as const, region: HOME}

describe("a region's ports", () => {
  let faults: LabFaults
  let ports: LabPorts
  let listener: Listener

  const get = (timeoutMs = 5000): Promise<string> =>
    new Promise((resolve) => {
      const call = request({host: '127.0.0.1', port: listener.port, agent: false, timeout: timeoutMs}, (response) => {
        response.resume()
        response.on('end', () => resolve(String(response.statusCode)))
      })
      call.on('timeout', () => {
        resolve('silence')
        call.destroy()
      })
      call.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      call.end()
    })

  beforeEach(async () => {
    faults = new LabFaults()
    ports = new LabPorts(faults, new LabHosts())
    listener = await ports.http(HOME, 'api', (_, response) => response.writeHead(204).end())
  })

  afterEach(() => ports.closeAll())

  it('serve, refuse while the region is lost, and serve again on the same port', async () => {
    const {port} = listener
    expect(await get()).to.equal('204')
    await faults.start(loss)
    expect(await get()).to.equal('ECONNREFUSED')
    await faults.lift(loss)
    expect(await get()).to.equal('204')
    expect(listener.port).to.equal(port)
  })

  it('are taken by no other lab while the region is lost', async () => {
    const {port} = listener
    const other = new LabPorts(new LabFaults(), new LabHosts(), {first: port, last: port})
    const listen = (): Promise<Listener> => other.tcp('us-east-2', 'database', (socket) => socket.destroy())
    try {
      await faults.start(loss)
      expect(await listen().catch(String)).to.equal('Error: no free port for database')
      await listener.close()
      expect(await listen()).to.have.property('port', port)
    } finally {
      await other.closeAll()
    }
  })

  it('reset open connections at the loss', async () => {
    const sockets: Socket[] = []
    listener = await ports.tcp(HOME, 'database', (socket) => sockets.push(socket))
    const client = connect(listener.port, '127.0.0.1')
    await once(client, 'connect')
    while (sockets.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const [[error]] = await Promise.all([once(client, 'error'), faults.start(loss)])
    expect(error).to.have.property('code', 'ECONNRESET')
  })

  it('accept and say nothing in hang mode, on connections old and new', async () => {
    listener = await ports.tcp(HOME, 'echo', (socket) => {
      socket.on('data', (data) => socket.write(data))
    })
    const old = connect(listener.port, '127.0.0.1')
    await once(old, 'connect')
    old.write('1')
    await once(old, 'data')
    await faults.start({...loss, mode: 'hang'})
    const young = connect(listener.port, '127.0.0.1')
    await once(young, 'connect')
    const heard: string[] = []
    const closed = Object.entries({old, young}).map(([name, socket]) => {
      socket.on('data', () => heard.push(name))
      socket.on('error', () => undefined)
      socket.write('2')
      return new Promise((resolve) => {
        socket.once('close', resolve)
      })
    })

    // Another region's echo comes back although it was asked later: silence is no mere slowness.
    const other = await ports.tcp('us-east-2', 'echo', (socket) => {
      socket.on('data', (data) => socket.write(data))
    })
    const control = connect(other.port, '127.0.0.1')
    control.write('3')
    await once(control, 'data')
    control.destroy()
    expect(heard).to.deep.equal([])
    await Promise.all([...closed, faults.lift(loss)])
    expect(heard).to.deep.equal([])
  })

  it('carry out no request of a hanging region', async () => {
    let carriedOut = 0
    listener = await ports.http(HOME, 'api', (_, response) => {
      carriedOut++
      response.end()
    })
    await faults.start({...loss, mode: 'hang'})
    expect(await get(100)).to.equal('silence')
    expect(carriedOut).to.equal(0)
  })

  it('leave other regions and global names alone', async () => {
    const away = await ports.http('us-east-2', 'api', (_, response) => response.end())
    const edge = await ports.http(undefined, 'edge', (_, response) => response.end())
    await faults.start(loss)
    for (const one of [away, edge]) {
      listener = one
      expect(await get()).to.equal('200')
    }
  })

  it('are lost from birth in a lost region', async () => {
    await faults.start(loss)
    listener = await ports.http(HOME, 'late', (_, response) => response.end())
    expect(await get()).to.equal('ECONNREFUSED')
    await faults.lift(loss)
    expect(await get()).to.equal('200')
  })

  it('stay closed when the region comes back after they were closed', async () => {
    await faults.start(loss)
    await listener.close()
    await faults.lift(loss)
    expect(await get()).to.equal('ECONNREFUSED')
  })

  it('wait for a port that somebody else holds at the return', async () => {
    await faults.start(loss)
    const squatter = createServer().listen(listener.port, '127.0.0.1')
    await once(squatter, 'listening')
    const back = faults.lift(loss)
    squatter.close()
    await back
    expect(await get()).to.equal('204')
  })
})
