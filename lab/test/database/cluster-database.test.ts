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
})
