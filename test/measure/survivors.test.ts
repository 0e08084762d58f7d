import {expect} from 'chai'

import {survivors} from '../../src/measure/survivors.js'
import {history} from '../support/history.js'
import {AWAY, SimulatedWorld} from '../support/simulated-world.js'

describe('survivors', () => {
  const ask = (present: (region: string, ids: string[]) => Promise<Set<string>>, letters: string) => {
    const {world} = new SimulatedWorld().connect()
    world.functions.invoke = async (region, _, payload) => ({
      present: [...(await present(region, (payload as {requestIds: string[]}).requestIds))],
    })
    const {signal} = new AbortController()
    const entries = [...history(letters), ...history('..', {kind: 'read'})]
    return survivors(world, AWAY, entries, {emit() {}, signal})
  }

  it('asks for acknowledged and for unanswered writes, and for nothing else', async () => {
    const asked: string[] = []
    await ask(async (_, ids) => new Set(asked.splice(0, 0, ...ids)), '.x?-')
    expect(asked).to.deep.equal(['write0', 'write2', 'write3'])
  })

  it('asks again before it gives up', async () => {
    let calls = 0
    const found = await ask(async (_, ids) => {
      if (++calls < 3) throw new Error('throttled')
      return new Set(ids)
    }, '..')
    expect(found).to.deep.equal({present: new Set(['write0', 'write1']), trouble: []})
  })

  it('never takes silence for none', async () => {
    const {present, trouble} = await ask(() => Promise.reject(new Error('throttled')), '..')
    expect(present).to.equal(undefined)
    expect(trouble.join('')).to.contain('throttled')
  })

  it('asks nobody where there is nothing to ask for', async () => {
    const found = await ask(() => Promise.reject(new Error('asked')), 'xx')
    expect(found).to.deep.equal({present: new Set(), trouble: []})
  })
})
