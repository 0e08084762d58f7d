import {expect} from 'chai'
import {prepare} from '../../src/engine/prepare.js'
import {DrError} from '../../src/errors.js'
import type {World} from '../../src/ports/world.js'
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
    const {gates} = await prepare({
      world,
      intent: 'failover',
      maxLagSeconds: 5,
      recent: async () => ({unfinished: []}),
      signal,
    })
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

  it('health 04: the capacity that the primary has used is asked of a primary that answers, and not waited for long', async () => {
    for (const [late, expected] of [
      [0, 2],
      [5000, undefined],
    ] as const) {
      const sim = new SimulatedWorld()
      sim.regions[HOME]!.peakAcu = 2
      sim.fault = async (call) => {
        if (call === 'peak') await sim.clock.sleep(late)
      }
      const {signal} = new AbortController()
      const recent = async () => ({unfinished: []})
      const before = sim.clock.now()
      const {plan} = await prepare({world: sim.connect().world, intent: 'failover', maxLagSeconds: 5, recent, signal})
      expect(plan.stages.flat().find(({id}) => id === 'raise-capacity')?.args.acu).to.equal(expected)
      expect(sim.clock.now() - before).to.be.below(1100)
    }
  })

  it('drift: secrets and quotas are asked of regions that answer, not waited for long, and missed by nobody who may not read them', async () => {
    const denied = new DrError({code: 'AccessDeniedException', exit: 'credentials', what: 'not allowed'})
    for (const [ends, expected] of [
      [async () => undefined, ['secrets', 'target-quota']],
      [(sim: SimulatedWorld) => sim.clock.sleep(5000), []],
      [() => Promise.reject(denied), []],
    ] as const) {
      const sim = new SimulatedWorld()
      sim.regions[AWAY]!.secrets = []
      sim.regions[AWAY]!.concurrencyLimit = 10
      sim.fault = async (call) => {
        if (call === 'secrets' || call === 'limit') await ends(sim)
      }
      const {signal} = new AbortController()
      const recent = async () => ({unfinished: []})
      const before = sim.clock.now()
      const {world} = sim.connect()
      const {gates} = await prepare({world, intent: 'switchover', maxLagSeconds: 5, recent, signal})
      expect(
        gates([])
          .refusals.map(({gate}) => gate)
          .sort(),
      ).to.deep.equal(expected)
      expect(sim.clock.now() - before).to.be.below(1100)
    }
  })

  it('drift: tables are compared before a switch where they can differ, and no client that is not served waits for that', async () => {
    const asked = async (change: (sim: SimulatedWorld) => void, toAct = true) => {
      const sim = new SimulatedWorld()
      change(sim)
      const calls: string[] = []
      const side = (region: string) => ({
        async tables() {
          calls.push(region)
          if (region === AWAY) await sim.clock.sleep(900)
          return [{name: region === AWAY ? 'Other' : 'ToDos'}]
        },
      })
      const world = {...sim.connect().world, side} as unknown as World
      const {signal} = new AbortController()
      const recent = async () => ({unfinished: []})
      const prepared = await prepare({world, intent: 'failover', maxLagSeconds: 5, recent, toAct, signal})
      return {calls, gates: prepared.gates([]).refusals.map(({gate}) => gate)}
    }

    const compared = await asked(() => undefined)
    expect(compared.calls.sort()).to.deep.equal([HOME, AWAY].sort())
    expect(compared.gates).to.include('schema')
    expect((await asked((sim) => sim.lose(HOME))).calls).to.deep.equal([])
    expect((await asked((sim) => (sim.regions[HOME]!.apiUp = false))).calls).to.deep.equal([])
    expect((await asked(() => undefined, false)).calls).to.deep.equal([])
  })

  it('health 04: a region that is lost is not asked what it has used', async () => {
    const sim = new SimulatedWorld()
    sim.lose(HOME)
    const asked: string[] = []
    sim.fault = (call) => void asked.push(call)
    const {signal} = new AbortController()
    const recent = async () => ({unfinished: []})
    await prepare({world: sim.connect().world, intent: 'failover', maxLagSeconds: 5, recent, signal})
    expect(asked).to.include('lag')
    for (const call of ['peak', 'secrets', 'limit']) expect(asked).to.not.include(call)
  })

  it('one that answers is not asked twice', async () => {
    const {refused, ms} = await failover([10, 60_000])
    expect(refused).not.to.include('target-reachable')
    expect(ms).to.be.below(100)
  })

  it("aws 06: the lag that no metric reports is asked of the primary's database, and of a metric that reports alone", async () => {
    const recent = async () => ({unfinished: []})
    const {signal} = new AbortController()
    for (const [metric, sql, expected] of [
      [undefined, 0.2, 0.2],
      [undefined, undefined, undefined],
      [0.1, 0.2, 0.1],
    ]) {
      const sim = new SimulatedWorld()
      Object.assign(sim.regions[AWAY]!, {lagSeconds: metric, sqlLagSeconds: sql})
      const asked: string[] = []
      sim.fault = (call, at) => void (call === 'compare' && asked.push(at!))
      const {observation, gates} = await prepare({
        world: sim.connect().world,
        intent: 'failover',
        maxLagSeconds: 5,
        recent,
        signal,
      })
      expect(observation.regions[AWAY]!.lagSeconds).to.deep.equal({reachable: true, value: expected})
      expect(asked).to.deep.equal(metric === undefined ? [HOME] : [])
      const refused = gates([]).refusals.map(({gate}) => gate)
      expect(refused.includes('replica-caught-up')).to.equal(expected === undefined)
    }
  })

  it("aws 06: a primary's database that is slow, or that nobody may ask, tells nothing and costs a second at the most", async () => {
    const recent = async () => ({unfinished: []})
    const {signal} = new AbortController()
    for (const fault of ['slow', 'denied', 'lost']) {
      const sim = new SimulatedWorld()
      Object.assign(sim.regions[AWAY]!, {lagSeconds: undefined, sqlLagSeconds: 0.2})
      if (fault === 'lost') sim.lose(HOME)
      sim.fault = async (call) => {
        if (call !== 'compare') return
        if (fault === 'denied') throw new DrError({code: 'AccessDenied', exit: 'credentials', what: 'no'})
        await sim.clock.sleep(60_000)
      }
      const before = sim.clock.now()
      const {observation} = await prepare({
        world: sim.connect().world,
        intent: 'failover',
        maxLagSeconds: 5,
        recent,
        signal,
      })
      expect(observation.regions[AWAY]!.lagSeconds).to.deep.equal({reachable: true, value: undefined})
      expect(sim.clock.now() - before).to.be.below(1100)
    }
  })
})
