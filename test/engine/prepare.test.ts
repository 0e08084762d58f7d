import {expect} from 'chai'
import {prepare} from '../../src/engine/prepare.js'
import {AWAY, HOME, SimulatedWorld} from '../support/simulated-world.js'

describe('before a run', () => {
  const failover = async (coldMs: number[]) => {
    const sim = new SimulatedWorld()
    sim.lose(HOME)
    const {world} = sim.connect()
    const {health} = world.api
    world.api.health = async (region, options) => {
      if (region === AWAY) await sim.clock.sleep(coldMs.shift() ?? 0)
      return health(region, options)
    }

    const before = sim.clock.now()
    const {signal} = new AbortController()
    const {gates} = await prepare({world, intent: 'failover', maxLagSeconds: 5, unfinished: async () => [], signal})
    const refused = gates([{name: 'allow-data-loss', reason: 'test'}]).refusals.map(({gate}) => gate)
    return {refused, ms: sim.clock.now() - before}
  }

  it('a standby whose functions start cold is asked once more before it is taken for silent', async () => {
    const {refused, ms} = await failover([4000, 3000])
    expect(refused).not.to.include('target-reachable')
    expect(ms).to.be.within(6000, 6100)
  })

  it('one that stays silent is refused, after both deadlines and no more', async () => {
    const {refused, ms} = await failover([60_000, 60_000])
    expect(refused).to.include('target-reachable')
    expect(ms).to.equal(8000)
  })

  it('one that answers is not asked twice', async () => {
    const {refused, ms} = await failover([10, 60_000])
    expect(refused).not.to.include('target-reachable')
    expect(ms).to.be.below(100)
  })
})
