import {expect} from 'chai'
import {DrError} from '../../src/errors.js'
import {journalOf} from '../support/memory-run.js'
import {AWAY, HOME, SimulatedWorld} from '../support/simulated-world.js'
import {planOf, resume, start} from './support.js'

/** After a failover: home stands by, and is closed. */
async function afterFailover(): Promise<SimulatedWorld> {
  const sim = new SimulatedWorld()
  sim.lose(HOME)
  await start(sim, await planOf(sim, 'failover'))
  await sim.returns(HOME, 1000)
  sim.regions[HOME]!.writers = 'fenced'
  sim.acts.length = 0
  return sim
}

describe('a planned switch', () => {
  it('fences nobody: the old primary is read-only before the other one is promoted', async () => {
    const sim = new SimulatedWorld()
    const {outcome} = await start(sim, await planOf(sim, 'switchover'), {waivers: []})
    expect(outcome).to.include({status: 'done'})
    expect(sim.acts).to.deep.equal([`switchover ${AWAY}`, `steer ${AWAY}`])
    expect(sim.held(AWAY).size).to.equal(0)
  })

  it('moves the route at the first write that the target takes, and ends when RDS shows the end', async () => {
    const sim = new SimulatedWorld({promotionMs: 10_000})
    let writable = 0
    let steered = 0
    sim.fault = (call) => {
      if (sim.regions[AWAY]!.writable) writable ||= sim.clock.now()
      if (call === 'steer') steered = sim.clock.now()
    }

    const {run} = await start(sim, await planOf(sim, 'switchover'))
    expect(steered - writable).to.be.lessThan(500)
    const lines = await journalOf(run)
    const ended = lines.find((line) => line.event === 'step-done' && line.step === 'roles-settled')!
    expect(ended.at - steered).to.be.greaterThan(1000)
    expect(sim.regions[AWAY]!.isWriter).to.equal(true)
  })

  it('opens a target that an earlier failover has closed, and wakes it, while clients are still served', async () => {
    const sim = await afterFailover()
    const {outcome} = await start(sim, await planOf(sim, 'failback'))
    expect(outcome).to.include({status: 'done'})
    expect(sim.acts).to.deep.equal([`unfence ${HOME}`, `switchover ${HOME}`, `steer ${HOME}`])
  })

  for (const [how, begin] of [
    [
      'RDS refuses it',
      (sim: SimulatedWorld) => {
        sim.fault = (call) => {
          if (call === 'switchover') throw new DrError({code: 'InvalidState', exit: 'refused', what: 'no'})
        }
      },
    ],
    ['RDS gives it up midway', (sim: SimulatedWorld) => (sim.cancels = 'openly')],
  ] as const)
    it(`is undone where ${how}: the target is closed again, and the old primary writes as before`, async () => {
      const sim = await afterFailover()
      const plan = await planOf(sim, 'failback')
      const before = sim.topology()
      begin(sim)
      const {outcome} = await start(sim, plan)
      expect(outcome).to.include({status: 'undone', exit: 'refused'})
      expect(sim.topology()).to.deep.equal(before)
      expect(sim.acts.at(-1)).to.equal(`fence ${HOME}`)
      expect(sim.acts).to.not.include(`fence ${AWAY}`)
      expect(sim.regions[AWAY]!.writable).to.equal(true)
    })

  it('does not go on where the target acknowledges a write before it is promoted', async () => {
    const sim = await afterFailover()
    const plan = await planOf(sim, 'failback')
    sim.regions[HOME]!.writable = true
    const {outcome} = await start(sim, plan)
    expect(outcome).to.include({status: 'undone', exit: 'refused'})
    expect(outcome!.failure!.code).to.equal('StandbyWrites')
    expect(sim.regions[HOME]!.writers).to.equal('fenced')
    expect(sim.acts.join(' ')).to.not.contain('switchover')
  })

  it('opens the target when it is resumed, although somebody else has promoted it meanwhile', async () => {
    const sim = await afterFailover()
    const {run} = await start(sim, await planOf(sim, 'failback'), {killAt: 'before:open-target'})
    sim.promoteNow(HOME)
    Object.assign(sim.regions[AWAY]!, {writable: false})
    expect(await resume(sim, run)).to.include({status: 'done'})
    expect(sim.acts).to.deep.equal([`unfence ${HOME}`, `steer ${HOME}`])
  })

  it('never closes a primary when it is taken back', async () => {
    const sim = await afterFailover()
    const plan = await planOf(sim, 'failback')
    const controller = new AbortController()
    const onPoint = (point: string): void => {
      if (point !== 'before:promote') return
      // Another one promotes the target at the very moment at which this run is interrupted.
      sim.promoteNow(HOME)
      controller.abort()
    }

    await start(sim, plan, {signal: controller.signal, onPoint})
    expect(sim.regions[HOME]!.writers).to.equal('open')
  })
})
