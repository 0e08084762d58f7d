import {expect} from 'chai'
import {MirroredRunStore} from '../../src/adapters/mirror/store.js'
import type {Intent} from '../../src/model/plan.js'
import {memoryRuns, newestUnfinished} from '../support/memory-run.js'
import {MemoryMirror} from '../support/memory-mirror.js'
import {AWAY, HOME, SimulatedWorld} from '../support/simulated-world.js'
import {NEXT_VERSION, planOf, resume, start} from './support.js'

/** A world in which the intent makes sense. */
async function worldFor(intent: Intent, scenario: string): Promise<SimulatedWorld> {
  const sim = new SimulatedWorld()
  // Each plan has the capacity to raise, too, where the primary can tell what it uses.
  for (const side of Object.values(sim.regions)) side.peakAcu = 2
  if (scenario === 'region-loss') sim.lose(HOME)
  if (scenario === 'database-crash') sim.regions[HOME]!.databaseUp = false
  if (scenario === 'home stands by') await switchOver(sim)
  if (intent !== 'failback') return sim
  await start(sim, await planOf(sim, 'failover'))
  void sim.returns(HOME)
  return sim
}

/** As a failover and a home that was added again have left it. */
async function switchOver(sim: SimulatedWorld): Promise<void> {
  const {outcome} = await start(sim, await planOf(sim, 'switchover'))
  expect(outcome?.status).to.equal('done')
}

const CASES: {intent: Intent; scenario: string; drain?: boolean}[] = [
  {intent: 'switchover', scenario: 'healthy'},
  {intent: 'switchover', scenario: 'drained', drain: true},
  {intent: 'failover', scenario: 'region-loss'},
  {intent: 'failover', scenario: 'database-crash'},
  {intent: 'failback', scenario: 'region-loss'},
  {intent: 'upgrade', scenario: 'healthy'},
  {intent: 'upgrade', scenario: 'home stands by'},
]

describe('a plan that is killed at any point and resumed', function () {
  // Thousands of runs: seconds on a quiet machine.
  this.timeout(120_000)

  for (const {intent, scenario, drain} of CASES)
    it(`ends in the same topology: ${intent}, ${scenario}`, async () => {
      const whole = await worldFor(intent, scenario)
      const points: string[] = []
      const finished = await start(whole, await planOf(whole, intent, {drain}), {
        onPoint: (point) => points.push(point),
      })
      expect(finished.outcome?.status).to.equal('done')
      expect(points.length).to.be.greaterThan(9)

      for (const killAt of points) {
        const sim = await worldFor(intent, scenario)
        const {run, outcome} = await start(sim, await planOf(sim, intent, {drain}), {killAt})
        expect(outcome, killAt).to.equal(undefined)
        const resumed = await resume(sim, run)
        expect(resumed?.status, killAt).to.equal('done')
        expect(sim.topology(), killAt).to.deep.equal(whole.topology())
      }
    })

  it('ends in the same topology when it is killed twice, at any two points', async () => {
    const whole = new SimulatedWorld()
    const points: string[] = []
    await start(whole, await planOf(whole, 'switchover'), {onPoint: (point) => points.push(point)})
    for (const [index, first] of points.entries())
      for (const second of points.slice(index)) {
        const sim = new SimulatedWorld()
        const {run} = await start(sim, await planOf(sim, 'switchover'), {killAt: first})
        await resume(sim, run, {killAt: second})
        const last = await resume(sim, run)
        expect(last?.status, `${first}, ${second}`).to.equal('done')
        expect(sim.topology(), `${first}, ${second}`).to.deep.equal(whole.topology())
      }
  })

  it('ends in the same topology when another machine goes on, which has the copies of the other region alone', async () => {
    const whole = await worldFor('failover', 'region-loss')
    const points: string[] = []
    await start(whole, await planOf(whole, 'failover'), {onPoint: (point) => points.push(point)})
    for (const killAt of points) {
      const mirror = new MemoryMirror()
      mirror.lost.add(HOME)
      const [one, two] = [memoryRuns(), memoryRuns()].map(
        (local) => new MirroredRunStore(local, mirror, () => undefined),
      )
      const sim = await worldFor('failover', 'region-loss')
      const {outcome} = await start(sim, await planOf(sim, 'failover'), {killAt, run: await one!.create('failover')})
      expect(outcome, killAt).to.equal(undefined)
      const resumed = await resume(sim, (await newestUnfinished(two!))!)
      expect(resumed?.status, killAt).to.equal('done')
      expect(sim.topology(), killAt).to.deep.equal(whole.topology())
      await two!.close()
      expect(await newestUnfinished(one!), killAt).to.equal(undefined)
    }
  })

  for (const [scenario, order] of [
    ['healthy', [AWAY, HOME]],
    ['home stands by', [HOME, AWAY]],
  ] as const)
    it(`aws 1: upgrades the standby first and each region once, wherever it is killed twice: ${scenario}`, async () => {
      const whole = await worldFor('upgrade', scenario)
      const points: string[] = []
      await start(whole, await planOf(whole, 'upgrade'), {onPoint: (point) => points.push(point)})
      for (const [index, first] of points.entries())
        for (const second of points.slice(index)) {
          const sim = await worldFor('upgrade', scenario)
          const {run} = await start(sim, await planOf(sim, 'upgrade'), {killAt: first})
          await resume(sim, run, {killAt: second})
          expect((await resume(sim, run))?.status, `${first}, ${second}`).to.equal('done')
          const upgrades = sim.acts.filter((act) => act.startsWith('upgrade'))
          const expected = order.map((region) => `upgrade ${region} ${NEXT_VERSION}`)
          expect(upgrades, `${first}, ${second}`).to.deep.equal(expected)
        }
    })

  it('promotes once only, however often it is resumed', async () => {
    const sim = new SimulatedWorld()
    const {run} = await start(sim, await planOf(sim, 'switchover'), {killAt: 'after:promote'})
    await resume(sim, run, {killAt: 'before:takes-write'})
    await resume(sim, run)
    expect(sim.acts.filter((act) => act.startsWith('switchover'))).to.deep.equal([`switchover ${AWAY}`])
  })
})
