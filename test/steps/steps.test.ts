import {expect} from 'chai'
import {Unreachable} from '../../src/errors.js'
import type {Step, StepContext} from '../../src/model/step.js'
import {canaryRefused} from '../../src/steps/canary-refused.js'
import {fenceRegion} from '../../src/steps/fence-region.js'
import {newPrimaryTakesWrite} from '../../src/steps/new-primary-takes-write.js'
import {preflightProbe} from '../../src/steps/preflight-probe.js'
import {promoteFailover} from '../../src/steps/promote-failover.js'
import {promoteSwitchover} from '../../src/steps/promote-switchover.js'
import {verifyEdge} from '../../src/steps/verify-edge.js'
import {waitInFlight} from '../../src/steps/wait-in-flight.js'
import {warmTarget} from '../../src/steps/warm-target.js'
import {waitReplication} from '../../src/steps/wait-replication.js'
import type {World} from '../../src/ports/world.js'
import {AWAY, HOME, SimulatedWorld} from '../support/simulated-world.js'

function setting(options: ConstructorParameters<typeof SimulatedWorld>[0] = {}) {
  const sim = new SimulatedWorld(options)
  const notes: string[] = []
  const context: StepContext = {
    signal: new AbortController().signal,
    note: (text) => notes.push(text),
    runId: 'r1',
    accepted: async () => undefined,
  }
  return {sim, world: sim.connect().world, context, notes}
}

const within = async (sim: SimulatedWorld, act: () => Promise<unknown>): Promise<number> => {
  const before = sim.clock.now()
  await act()
  return sim.clock.now() - before
}

const failureOf = (act: Promise<unknown>): Promise<{code?: string}> =>
  act.then(
    () => ({}),
    (error: unknown) => error as {code?: string},
  )

describe('fence-region', () => {
  const step: Step<World> = fenceRegion({region: HOME, to: AWAY})

  it('closes the writers, twice as well as once, and takes it back', async () => {
    const {sim, world, context} = setting()
    expect(await step.isDone(world, context)).to.equal(false)
    expect(await step.act(world, context)).to.equal('done')
    expect(await step.act(world, context)).to.equal('done')
    expect(await step.isDone(world, context)).to.equal(true)
    await step.undo!(world, context)
    expect(sim.regions[HOME]!.writers).to.equal('open')
  })

  it('is unsure of a region that hangs, after less than three seconds each time', async () => {
    const {sim, world, context} = setting({hang: true})
    sim.lose(HOME)
    expect(await within(sim, () => failureOf(step.isDone(world, context)))).to.be.at.most(1500)
    let outcome
    expect(await within(sim, async () => (outcome = await step.act(world, context)))).to.be.at.most(2500)
    expect(outcome).to.deep.equal({unsure: 'fence-unsure'})
  })

  it('is unsure, not failed, where the dying region answers nonsense', async () => {
    const {sim, world, context} = setting()
    sim.fault = (call) => {
      if (call === 'fence') throw new Unreachable('reset')
    }

    sim.regions[HOME]!.databaseUp = false
    expect(await step.act(world, context)).to.deep.equal({unsure: 'fence-unsure'})
  })

  it('does not report an undo that it cannot see', async () => {
    const {sim, world, context} = setting()
    await step.act(world, context)
    sim.lose(HOME)
    expect((await failureOf(step.undo!(world, context))).code).to.equal('Unreachable')
  })
})

describe('wait-in-flight', () => {
  it('waits as long as a call may run, and ends at an abort', async () => {
    const {sim, world, context} = setting()
    expect(await within(sim, () => waitInFlight({region: HOME, seconds: 10}).act(world, context))).to.equal(10_000)
    const abort = new AbortController()
    void sim.clock.sleep(3000).then(() => abort.abort())
    const cut = waitInFlight({region: HOME, seconds: 10})
    expect(await within(sim, () => failureOf(cut.act(world, {...context, signal: abort.signal})))).to.equal(3000)
    expect(await cut.isDone(world, context)).to.equal(false)
  })
})

describe('warm-target', () => {
  it('wakes a standby, which refuses, and is content with one that does not answer', async () => {
    for (const lost of [false, true]) {
      const {sim, world, context} = setting()
      sim.regions[AWAY]!.lost = lost
      const step = warmTarget({region: AWAY})
      await step.act(world, context)
      expect(await step.isDone(world, context)).to.equal(true)
      expect(sim.regions[AWAY]!.rows.size).to.equal(0)
    }
  })

  it('ends the switch where the standby acknowledges, and leaves no row', async () => {
    const {sim, world, context} = setting()
    sim.regions[AWAY]!.writable = true
    expect((await failureOf(warmTarget({region: AWAY}).act(world, context))).code).to.equal('StandbyWrites')
    expect(sim.regions[AWAY]!.rows.size).to.equal(0)
  })
})

describe('canary-refused', () => {
  const act = (world: World, context: StepContext) => canaryRefused({region: HOME, to: AWAY}).act(world, context)

  it('proves a fence by a refused write', async () => {
    const {sim, world, context} = setting()
    sim.regions[HOME]!.writers = 'fenced'
    expect(await act(world, context)).to.equal('done')
  })

  it('is unsure without an answer, and when only the token was refused', async () => {
    const {sim, world, context} = setting()
    sim.lose(HOME)
    expect(await act(world, context)).to.deep.equal({unsure: 'fence-unsure'})
    const denied: World = {...world, api: {...world.api, direct: async () => ({status: 401, headers: {}})}}
    expect(await act(denied, context)).to.deep.equal({unsure: 'fence-unsure'})
  })

  it('fails on an acknowledged write, and its undo leaves no row', async () => {
    const {sim, world, context} = setting()
    const step = canaryRefused({region: HOME, to: AWAY})
    expect((await failureOf(step.act(world, context))).code).to.equal('FenceLeaks')
    expect(sim.regions[HOME]!.rows.size).to.equal(1)
    await step.undo!(world, context)
    expect(sim.regions[HOME]!.rows.size).to.equal(0)
  })
})

describe('preflight-probe', () => {
  const act = ({world, context}: ReturnType<typeof setting>, api: 'any' | 'required' = 'any') =>
    preflightProbe({from: HOME, to: AWAY, api}).act(world, context)

  it('passes a world that is as planned, without the region being escaped', async () => {
    const here = setting()
    here.sim.lose(HOME)
    await act(here)
  })

  it('defect 13: refuses a target that is not healthy, and a world that has overtaken the plan', async () => {
    const changes: ((sim: SimulatedWorld) => void)[] = [
      (sim) => Object.assign(sim.regions[HOME]!, {isWriter: false}),
      (sim) => Object.assign(sim.regions[AWAY]!, {isWriter: true}),
      (sim) => Object.assign(sim.regions[AWAY]!, {isMember: false}),
      (sim) => Object.assign(sim.regions[AWAY]!, {instances: 0}),
      (sim) => (sim.switching = {to: HOME, status: 'a new word'}),
    ]
    for (const change of changes) {
      const here = setting()
      change(here.sim)
      expect((await failureOf(act(here))).code, String(change)).to.equal('PlanOvertaken')
    }
  })

  it('gives the API of a planned target a few moments', async () => {
    const here = setting()
    here.sim.regions[AWAY]!.apiUp = false
    void here.sim.clock.sleep(1000).then(() => (here.sim.regions[AWAY]!.apiUp = true))
    expect(await within(here.sim, () => act(here, 'required'))).to.be.within(1000, 2500)
  })
})

describe('the promotions', () => {
  it('believe a write that the new primary takes before the control plane says so, in a failover', async () => {
    const {sim, world, context} = setting({promotionMs: 10_000})
    const step = promoteFailover({to: AWAY})
    expect(await step.isDone(world, context)).to.equal(false)
    await step.act(world, context)
    await sim.clock.sleep(8500)
    expect(sim.regions[AWAY]!.isWriter).to.equal(false)
    expect(await step.isDone(world, context)).to.equal(true)
    expect(sim.regions[AWAY]!.rows.size).to.equal(0)
  })

  it('believe only the roles in a switchover, and not the status words', async () => {
    const {sim, world, context} = setting({promotionMs: 10_000})
    const step = promoteSwitchover({from: HOME, to: AWAY})
    await step.act(world, context)
    await sim.clock.sleep(8500)
    expect(await step.isDone(world, context)).to.equal(false)
    await sim.clock.sleep(2000)
    sim.switching = {to: AWAY, status: 'a word that lags behind'}
    expect(await step.isDone(world, context)).to.equal(true)
  })

  it('tell whether they may have begun, and count silence as begun', async () => {
    const {sim, world, context} = setting()
    const step = promoteSwitchover({from: HOME, to: AWAY})
    expect(await step.hasBegun!(world, context)).to.equal(false)
    await step.act(world, context)
    expect(await step.hasBegun!(world, context)).to.equal(true)
    sim.lose(AWAY)
    expect(await step.hasBegun!(world, context)).to.equal(true)
  })
})

describe('wait-replication', () => {
  it('is not done before home is a connected member, with an instance, and close', async () => {
    const {sim, world, context, notes} = setting()
    const home = sim.regions[HOME]!
    Object.assign(home, {
      isWriter: false,
      isMember: false,
      synchronization: 'pending-resync',
      instances: 0,
      lagSeconds: undefined,
    })
    const step = waitReplication({from: AWAY, to: HOME, maxLagSeconds: 5})
    for (const change of [{}, {isMember: true}, {synchronization: 'connected'}, {instances: 1}, {lagSeconds: 9}]) {
      Object.assign(home, change)
      expect(await step.isDone(world, context), JSON.stringify(change)).to.equal(false)
    }

    expect(new Set(notes).size).to.equal(5)
    home.lagSeconds = 4.9
    expect(await step.isDone(world, context)).to.equal(true)
  })
})

describe('the proofs of the new primary', () => {
  it('wait for a write that is acknowledged, and remove it', async () => {
    const {sim, world, context} = setting()
    void sim.clock.sleep(4000).then(() => (sim.regions[AWAY]!.writable = true))
    const step = newPrimaryTakesWrite({region: AWAY})
    expect(await within(sim, () => step.act(world, context))).to.be.within(4000, 6100)
    expect(sim.regions[AWAY]!.rows.size).to.equal(0)
  })

  it('find and remove the canary that a killed run left behind', async () => {
    const {sim, world, context} = setting()
    Object.assign(sim.regions[AWAY]!, {
      writable: true,
      rows: new Map([['canary-r1', {id: '77', task: 'todo-dr canary'}]]),
    })
    await newPrimaryTakesWrite({region: AWAY}).act(world, context)
    expect(sim.regions[AWAY]!.rows.size).to.equal(0)
  })

  it('want all three methods served by the new primary, three times in a row', async () => {
    const {sim, world, context, notes} = setting()
    Object.assign(sim.regions[AWAY]!, {writable: true})
    sim.serving = AWAY
    let strays = 2
    let posts = 0
    const edge: World['api']['edge'] = async (request, options) => {
      const answer = await world.api.edge(request, options)
      if (request.method === 'POST') posts++
      return request.method === 'GET' && posts === 2 && strays-- > 0 ? {...answer, region: HOME} : answer
    }

    await verifyEdge({to: AWAY}).act({...world, api: {...world.api, edge}}, context)
    expect(posts).to.equal(5)
    expect(notes).to.deep.equal([`read through the edge: ${HOME}`])
    expect(sim.regions[AWAY]!.rows.size).to.equal(0)
  })
})
