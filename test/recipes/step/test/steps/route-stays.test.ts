import {expect} from 'chai'
import type {StepContext} from '../../src/model/step.js'
import {planSwitchover} from '../../src/plans/index.js'
import {routeStays} from '../../src/steps/route-stays.js'
import {healthy} from '../support/observations.js'
import {AWAY, HOME, SimulatedWorld} from '../support/simulated-world.js'
import {thrownBy} from '../support/thrown.js'

const context: StepContext = {
  signal: new AbortController().signal,
  note: () => undefined,
  runId: 'r1',
  accepted: async () => undefined,
}

describe('route-stays', () => {
  it('waits, and fails where clients were sent elsewhere meanwhile', async () => {
    const sim = new SimulatedWorld()
    const {world} = sim.connect()
    const before = sim.clock.now()
    const step = routeStays({to: HOME, seconds: 3})
    expect(await step.isDone(world, context)).to.equal(false)
    await step.act(world, context)
    expect(await step.isDone(world, context)).to.equal(true)
    expect(sim.clock.now() - before).to.be.at.least(3000)
    const {code} = (await thrownBy(routeStays({to: AWAY, seconds: 3}).act(world, context))) as {code?: string}
    expect(code).to.equal('RouteTaken')
  })

  it('is the last word of a switchover but one', () => {
    const {stages} = planSwitchover(healthy(), new SimulatedWorld().deployment)
    expect(stages.flat().at(-2)).to.deep.include({kind: 'route-stays', args: {to: AWAY, seconds: 3}})
  })
})
