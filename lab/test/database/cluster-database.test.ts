import {expect} from 'chai'

import {ClusterDatabase} from '../../src/database/cluster-database.js'
import type {DatabaseEngine} from '../../src/database/engine.js'
import {LabFaults} from '../../src/faults.js'

describe('the database of a cluster', () => {
  it('makes no volume once it is closed, whoever is about to start it', async () => {
    let made = 0
    const engine = {
      async server() {
        made++
        throw new Error('no server here')
      },
    } as unknown as DatabaseEngine
    const around = {engine, faults: new LabFaults(), started: async () => undefined, closed: () => undefined}
    const observer = {lag: () => undefined, load: () => undefined}
    const database = new ClusterDatabase(around, 'us-east-1', 'one', observer)
    await database.close()
    const refused = await database.start().catch((error: Error) => error.message)
    expect(refused).to.equal('one in us-east-1 is closed')
    expect(made).to.equal(0)
  })

  it('takes up its role once where two instances come up side by side, and both find it there', async () => {
    let follows = 0
    const server = {
      running: false,
      port: 1,
      async start() {
        this.running = true
      },
      async follow() {
        follows++
        if (follows > 1) throw new Error('a running replica cannot be pointed at a source')
      },
      measure: () => ({stop: async () => undefined}),
      readBeats: () => ({stop: async () => undefined}),
      async kill() {
        this.running = false
      },
    }
    const engine = {server: async () => server} as unknown as DatabaseEngine
    const around = {engine, faults: new LabFaults(), started: async () => undefined, closed: () => undefined}
    const observer = {lag: () => undefined, load: () => undefined}
    const source = new ClusterDatabase(around, 'us-east-1', 'one', observer)
    const database = new ClusterDatabase(around, 'us-east-2', 'two', observer)
    await database.follow(source)
    await Promise.all([database.start(), database.start()])
    expect(follows).to.equal(1)
    await database.close()
  })
})
