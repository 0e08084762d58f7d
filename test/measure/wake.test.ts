import {expect} from 'chai'

import {wake} from '../../src/measure/wake.js'
import type {ApiAnswer, ApiRequest} from '../../src/ports/world.js'
import {FakeClock} from '../support/fake-clock.js'
import {drive} from '../support/two-regions.js'

describe('wake', () => {
  const {signal} = new AbortController()
  let clock: FakeClock
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
      return {status, headers: {}, body: {response: {id}}}
    }

  beforeEach(() => {
    clock = new FakeClock()
    rows = new Set()
    requests = 0
  })

  it('ends soon where the service is quick, and leaves nothing behind', async () => {
    await drive(clock, wake({api: {edge: service(() => 5)}, token: 't', signal, clock}))
    expect(requests).to.equal(72)
    expect(rows.size).to.equal(0)
  })

  it('goes on until a slow start is over', async () => {
    const since = clock.now()
    const latency = (): number => (clock.now() - since < 3000 ? 800 : 5)
    await drive(clock, wake({api: {edge: service(latency)}, token: 't', signal, clock}))
    expect(clock.now() - since).to.be.within(3000, 5000)
  })

  it('gives up after its time where nothing is served', async () => {
    const since = clock.now()
    await drive(clock, wake({api: {edge: service(() => 5, 503)}, token: 't', signal, clock, seconds: 2}))
    expect(clock.now() - since).to.be.within(2000, 2500)
  })

  it('gives up where nobody answers', async () => {
    const edge = () => Promise.reject(new Error('reset'))
    await drive(clock, wake({api: {edge}, token: 't', signal, clock, seconds: 1}))
  })
})
