import {expect} from 'chai'

import {wake} from '../../src/measure/wake.js'
import type {ApiAnswer, ApiRequest} from '../../src/ports/workload.js'
import type {World} from '../../src/ports/world.js'
import {HOME, SimulatedWorld} from '../support/simulated-world.js'
import {VirtualClock} from '../support/virtual-clock.js'

describe('wake', () => {
  const {signal} = new AbortController()
  let clock: VirtualClock
  let rows: Set<string>
  let requests: number

  const service =
    (latency: () => number, status = 201) =>
    async (request: ApiRequest): Promise<ApiAnswer> => {
      requests++
      await clock.sleep(latency())
      const id = String(requests)
      if (request.method === 'POST' && status < 300) rows.add(id)
      if (request.method === 'DELETE') rows.delete((request.body as {id: string}).id)
      return {status: request.method === 'GET' && status < 300 ? 200 : status, headers: {}, body: {response: {id}}}
    }

  const wakeUp = (edge: World['api']['edge'], seconds?: number): Promise<void> =>
    wake(
      {...new SimulatedWorld().connect().world, api: {edge} as World['api'], clock},
      {tokensOf: HOME, signal, seconds},
    )

  beforeEach(() => {
    clock = new VirtualClock()
    rows = new Set()
    requests = 0
  })

  it('ends soon where the service is quick, and leaves nothing behind', async () => {
    await wakeUp(service(() => 5))
    expect(requests).to.equal(72)
    expect(rows.size).to.equal(0)
  })

  it('goes on until a slow start is over', async () => {
    const since = clock.now()
    const latency = (): number => (clock.now() - since < 3000 ? 800 : 5)
    await wakeUp(service(latency))
    expect(clock.now() - since).to.be.within(3000, 5000)
  })

  it('gives up after its time where nothing is served', async () => {
    const since = clock.now()
    await wakeUp(
      service(() => 5, 503),
      2,
    )
    expect(clock.now() - since).to.be.within(2000, 2500)
  })

  it('gives up where nobody answers', async () => {
    const edge = () => Promise.reject(new Error('reset'))
    await wakeUp(edge, 1)
  })
})
