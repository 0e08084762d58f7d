import {expect} from 'chai'
import {mock} from 'node:test'

import {KeyValueStore} from '../../../src/data-plane/edge/key-value-store.js'

describe('a KeyValueStore', () => {
  beforeEach(() => mock.timers.enable({apis: ['setTimeout']}))

  afterEach(() => mock.timers.reset())

  const put = (value: string) => ({puts: [{key: 'serving', value}], deletes: []})

  it('is seen by its own API at once, and by the nodes of the edge one after the other', () => {
    const store = new KeyValueStore('s', '', [['serving', 'home']], {keyValueStoreMs: 500, spreadMs: 4000})
    const edge = (): (string | undefined)[] =>
      Array.from({length: 6}, () => store.atEdge().items.get('serving')).toSorted()
    store.apply(put('away'))
    expect(store.items.get('serving')).to.equal('away')
    expect(edge()).to.deep.equal(Array.from({length: 6}, () => 'home'))
    mock.timers.tick(500)
    expect(edge(), 'one of three').to.deep.equal(['away', 'away', 'home', 'home', 'home', 'home'])
    mock.timers.tick(2000)
    expect(edge(), 'two of three').to.deep.equal(['away', 'away', 'away', 'away', 'home', 'home'])
    mock.timers.tick(2000)
    expect(edge()).to.deep.equal(Array.from({length: 6}, () => 'away'))
  })

  it('reaches no node in another order than that of the writes', () => {
    const store = new KeyValueStore('s', '', [], {keyValueStoreMs: 0, spreadMs: 1000})
    store.apply(put('1'))
    mock.timers.tick(10)
    store.apply(put('2'))
    mock.timers.tick(1000)
    expect(Array.from({length: 3}, () => store.atEdge().items.get('serving'))).to.deep.equal(['2', '2', '2'])
  })
})
