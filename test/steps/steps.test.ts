import {expect} from 'chai'
import {DrError, Unreachable} from '../../src/errors.js'
import {mayPass} from '../../src/ports/waits.js'
import type {Step, StepContext} from '../../src/model/step.js'
import {canaryRefused} from '../../src/steps/canary-refused.js'
import {fenceRegion} from '../../src/steps/fence-region.js'
import {newPrimaryTakesWrite} from '../../src/steps/new-primary-takes-write.js'
import {preflightProbe} from '../../src/steps/preflight-probe.js'
import {promoteFailover} from '../../src/steps/promote-failover.js'
import {promoteSwitchover} from '../../src/steps/promote-switchover.js'
import {raiseCapacity} from '../../src/steps/raise-capacity.js'
import {restoreCapacity} from '../../src/steps/restore-capacity.js'
import {rolesSettled} from '../../src/steps/roles-settled.js'
import {STEER_SECONDS, steerEdge} from '../../src/steps/steer-edge.js'
import {verifyEdge} from '../../src/steps/verify-edge.js'
import {keepFencing} from '../../src/steps/keep-fencing.js'
import {keepLeftVolumes} from '../../src/steps/keep-left-volumes.js'
import {waitInFlight} from '../../src/steps/wait-in-flight.js'
import {warmTarget} from '../../src/steps/warm-target.js'
import {wakeTarget} from '../../src/steps/wake-target.js'
import {UNREPORTED_MS, waitReplication} from '../../src/steps/wait-replication.js'
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
  let step: Step<World>

  beforeEach(() => {
    step = fenceRegion({region: HOME, to: AWAY})
  })

  it('closes the writers, twice as well as once, and takes it back', async () => {
    const {sim, world, context} = setting()
    expect(await step.isDone(world, context)).to.equal(false)
    expect(await step.act(world, context)).to.equal('done')
    expect(await step.act(world, context)).to.equal('done')
    expect(await step.isDone(world, context)).to.equal(true)
    await step.undo!(world, context)
    expect(sim.regions[HOME]!.writers).to.equal('open')
  })

  it('outage: is unsure of a region that hangs after 2.5 s, and does not wait for its Lambda a second time', async () => {
    const {sim, world, context} = setting({hang: true})
    sim.lose(HOME)
    let looks = 0
    sim.fault = (call) => void (looks += Number(call === 'mode' || call === 'fence'))
    const before = sim.clock.now()
    expect((await failureOf(step.isDone(world, context))).code).to.equal('Unreachable')
    expect(await step.act(world, context)).to.deep.equal({unsure: 'fence-unsure'})
    expect(sim.clock.now() - before).to.be.at.most(2500)
    expect(looks).to.equal(1)
  })

  it('tries Lambda again where it was silent and the API of the region answers', async () => {
    const {sim, world, context} = setting()
    sim.regions[HOME]!.lambdaLost = true
    expect((await failureOf(step.isDone(world, context))).code).to.equal('Unreachable')
    sim.regions[HOME]!.lambdaLost = false
    expect(await step.act(world, context)).to.equal('done')
    expect(sim.regions[HOME]!.writers).to.equal('fenced')
  })

  it('gives Lambda more time where the region still acknowledges a write, and leaves no row', async () => {
    const {sim, world, context} = setting()
    const {fence} = world.writers
    let tries = 0
    world.writers.fence = async (region, options) => {
      await sim.clock.sleep(tries++ === 0 ? 5000 : 10_000, options?.signal)
      await fence.call(world.writers, region, options)
    }

    expect(await within(sim, () => step.act(world, context))).to.be.within(12_000, 16_000)
    expect(tries).to.equal(2)
    expect(sim.regions[HOME]!.writers).to.equal('fenced')
    expect(sim.regions[HOME]!.rows.size).to.equal(0)
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

describe('wake-target', () => {
  it('starts the writing functions, several environments of the one that writes, and stores nothing, before and after the promotion', async () => {
    for (const writable of [false, true]) {
      const {sim, world, context} = setting()
      sim.regions[AWAY]!.writable = writable
      const asked: string[] = []
      sim.fault = (call, at) => void asked.push(`${call} ${at}`)
      const step = wakeTarget({region: AWAY})
      expect(await step.isDone(world, context)).to.equal(false)
      await step.act(world, context)
      expect(await step.isDone(world, context)).to.equal(true)
      expect(asked.filter((one) => one === `api POST ${AWAY}`)).to.have.length.above(1)
      expect(asked).to.include(`api DELETE ${AWAY}`)
      expect(sim.regions[AWAY]!.rows.size).to.equal(0)
    }
  })

  it('outage: starts the function that serves writes first, and others when that has answered', async () => {
    const COLD_MS = 2000
    const {sim, world, context} = setting()
    const began = sim.clock.now()
    const asked: string[] = []
    sim.fault = async (call) => {
      asked.push(`${call} after ${sim.clock.now() - began} ms`)
      if (sim.clock.now() - began < COLD_MS) await sim.clock.sleep(COLD_MS)
    }
    await wakeTarget({region: AWAY}).act(world, context)
    const [first, ...others] = asked.filter((one) => one.startsWith('api'))
    expect(first).to.match(/^api POST after \d ms$/)
    expect(others).to.have.length.above(1)
    for (const one of others) expect(Number(/after (\d+)/.exec(one)![1])).to.be.at.least(COLD_MS)
  })

  it('is content with a region that does not answer, and ends at once when the rest of the run has ended', async () => {
    const {sim, world, context, notes} = setting({hang: true})
    sim.lose(AWAY)
    await wakeTarget({region: AWAY}).act(world, context)
    expect(notes).to.have.length(1)
    const others = new AbortController()
    void sim.clock.sleep(100).then(() => others.abort())
    const step = wakeTarget({region: AWAY})
    expect(await within(sim, async () => step.act(world, {...context, othersEnded: others.signal}))).to.equal(100)
    expect(await step.isDone(world, context)).to.equal(true)
  })
})

describe('health 04: the capacity of the target', () => {
  const raise = () => raiseCapacity({region: AWAY, acu: 4})
  const restore = () => restoreCapacity({region: AWAY})

  it('is raised, remembered once, and put back', async () => {
    const {sim, world, context} = setting()
    const away = sim.regions[AWAY]!
    for (const acu of [4, 6]) await raiseCapacity({region: AWAY, acu}).act(world, context)
    expect(away).to.deep.include({capacity: {min: 6, max: 8}, raisedFrom: {min: 0.5}})
    expect(await raise().isDone(world, context)).to.equal(true)
    expect(await restore().isDone(world, context)).to.equal(false)
    await raise().undo!(world, context)
    expect(away).to.deep.include({capacity: {min: 0.5, max: 8}, raisedFrom: undefined})
    expect(await restore().isDone(world, context)).to.equal(true)
  })

  it('is changed as soon as RDS has nothing else to do with the cluster', async () => {
    const {sim, world, context, notes} = setting()
    const freeAt = sim.clock.now() + 5000
    sim.fault = (call) => {
      if (call !== 'raise' || sim.clock.now() >= freeAt) return
      throw new DrError({code: 'InvalidDBClusterStateFault', exit: 'failed', what: 'the cluster is promoting'})
    }
    expect(await within(sim, () => raise().act(world, context) as Promise<unknown>)).to.be.within(5000, 7100)
    expect(sim.regions[AWAY]!.capacity.min).to.equal(4)
    expect(notes).to.deep.equal([])
  })

  it('ends no switch where it cannot be changed: that is noted, at once or after a minute', async () => {
    const denied = new DrError({code: 'AccessDenied', exit: 'credentials', what: 'may not rds:ModifyDBCluster'})
    for (const [error, seconds] of [
      [denied, 0],
      [new Unreachable('RDS does not answer'), 60],
    ] as const)
      for (const step of [raise(), restore()]) {
        const {sim, world, context, notes} = setting()
        sim.regions[AWAY]!.raisedFrom = {min: 0.25}
        sim.fault = (call) => {
          if (call === 'raise' || call === 'restore') throw error
        }
        expect(await within(sim, () => step.act(world, context) as Promise<unknown>)).to.equal(seconds * 1000)
        expect(notes.join(',')).to.match(/^the minimum capacity of us-east-2 could not be changed: /)
        expect(await step.isDone(world, context)).to.equal(true)
      }
  })

  it('is waited for before a planned switch, and beside a failover not', async () => {
    const {sim, world, context} = setting()
    const freeAt = sim.clock.now() + 3000
    const {cluster} = world.database
    world.database.cluster = async (...args) => ({
      ...(await cluster(...args)),
      status: sim.clock.now() < freeAt ? 'modifying' : 'available',
    })
    expect(await within(sim, () => raise().act(world, context) as Promise<unknown>)).to.be.above(2900)
    const beside = {...context, othersEnded: new AbortController().signal}
    expect(await within(sim, () => raise().act(world, beside) as Promise<unknown>)).to.be.below(100)
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
  it('outage: look once before the call, and again only where the look is not of this moment', async () => {
    for (const [lateMs, expected] of [
      [0, 1],
      [5000, 2],
    ] as const)
      for (const step of [promoteFailover({to: AWAY}), promoteSwitchover({from: HOME, to: AWAY})]) {
        const {sim, world, context} = setting()
        let looks = 0
        let before: number | undefined
        sim.fault = (call, at) => {
          if (call === 'describe' && at === AWAY) looks++
          if (call === 'failover' || call === 'switchover') before ??= looks
        }
        expect(await step.isDone(world, context)).to.equal(false)
        await sim.clock.sleep(lateMs)
        await step.act(world, context)
        expect(before).to.equal(expected)
      }
  })

  it('believe a write that the new primary takes before the control plane says so, in a failover', async () => {
    const {sim, world, context} = setting({promotionMs: 10_000})
    const step = promoteFailover({to: AWAY})
    expect(await step.isDone(world, context)).to.equal(false)
    expect(await within(sim, () => step.act(world, context) as Promise<unknown>)).to.be.within(8000, 8500)
    expect(sim.regions[AWAY]!.isWriter).to.equal(false)
    expect(await step.isDone(world, context)).to.equal(true)
    // Clients wait for the route, and not for its removal.
    expect([...sim.regions[AWAY]!.rows.keys()]).to.deep.equal(['canary-r1'])
    sim.steerNow(AWAY)
    await verifyEdge({to: AWAY}).act(world, context)
    expect(sim.regions[AWAY]!.rows.size).to.equal(0)
  })

  it('outage: wait for no word of the lost region while the target shows that it is being promoted', async () => {
    const {sim, world, context} = setting({promotionMs: 600})
    let looks = 0
    sim.fault = async (call, at) => {
      if (call.startsWith('api') || (call === 'describe' && at === HOME)) await sim.clock.sleep(60_000)
      if (call === 'describe' && at === AWAY) looks++
    }
    const step = promoteFailover({to: AWAY})
    await step.act(world, context)
    // The first looks follow each other at 50 ms and a half more each time.
    expect(looks).to.be.within(5, 8)
    expect(await step.isDone(world, context)).to.equal(true)
  })

  it('health 04: believe the roles of a failover although a write still waits for its answer', async () => {
    const {sim, world, context} = setting({promotionMs: 10_000})
    sim.fault = async (call) => {
      if (call.startsWith('api')) await sim.clock.sleep(60_000)
    }
    const step = promoteFailover({to: AWAY})
    expect(await within(sim, () => step.act(world, context) as Promise<unknown>)).to.be.within(10_500, 12_600)
    expect(await step.isDone(world, context)).to.equal(true)
  })

  it('believe a write in a switchover where the target was seen to refuse one before', async () => {
    const {sim, world, context} = setting({promotionMs: 10_000})
    const seen = {...context, refusesWrites: new Set<string>(), takesWrites: new Set<string>()}
    await warmTarget({region: AWAY}).act(world, seen)
    expect([...seen.refusesWrites]).to.deep.equal([AWAY])
    const step = promoteSwitchover({from: HOME, to: AWAY})
    expect(await within(sim, () => step.act(world, seen) as Promise<unknown>)).to.be.within(8000, 8500)
    expect([...seen.takesWrites]).to.deep.equal([AWAY])
    expect(await step.isDone(world, seen)).to.equal(true)
    const settled = rolesSettled({to: AWAY})
    expect(await settled.isDone(world, context)).to.equal(false)
    await sim.clock.sleep(2000)
    expect(await settled.isDone(world, context)).to.equal(true)
  })

  it('do not take a refused token, a throttle or silence for a standby that refuses writes', async () => {
    for (const answer of [{status: 401, headers: {}}, {status: 500, headers: {}}, undefined]) {
      const {world, context} = setting()
      const refusesWrites = new Set<string>()
      const direct: World['api']['direct'] = async () => {
        if (!answer) throw new Unreachable('no answer')
        return answer
      }

      await warmTarget({region: AWAY}).act({...world, api: {...world.api, direct}}, {...context, refusesWrites})
      expect([...refusesWrites], `${answer?.status}`).to.deep.equal([])
    }
  })

  it('believe only the roles in a switchover otherwise, and not the status words', async () => {
    const {sim, world, context} = setting({promotionMs: 10_000})
    const step = promoteSwitchover({from: HOME, to: AWAY})
    await step.act(world, context)
    await sim.clock.sleep(8500)
    expect(await step.isDone(world, context)).to.equal(false)
    await sim.clock.sleep(2000)
    sim.switching = {to: AWAY, status: 'a word that lags behind'}
    expect(await step.isDone(world, context)).to.equal(true)
  })

  it('field report 10: are not given up for looks that fail a few times in a row', async () => {
    for (const step of [promoteFailover({to: AWAY}), promoteSwitchover({from: HOME, to: AWAY})]) {
      const {sim, world, context} = setting()
      let looks = 0
      sim.fault = (call) => {
        if (call === 'describe' && looks++ < 8) throw new Unreachable('reset')
      }

      await step.act(world, context)
      expect(sim.acts).to.have.length(1)
    }
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

describe('wait-replication without a report', () => {
  for (const kind of ['none', 'old'] as const)
    it(`aws 06: says that it waits for the lag (${kind}), and gives up by name after a while`, async () => {
      const {sim, world, context, notes} = setting()
      Object.assign(sim.regions[HOME]!, {isWriter: false, synchronization: 'connected', instances: 1, lagSeconds: 0.1})
      const old = {seconds: 0.1, at: sim.clock.now() - 600_000, periodSeconds: 60}
      world.database.lag = async () => (kind === 'old' ? old : undefined)
      const step = waitReplication({from: AWAY, to: HOME, maxLagSeconds: 5})
      const tryFor = async (ms: number): Promise<void> => {
        for (const end = sim.clock.now() + ms; sim.clock.now() < end; await sim.clock.sleep(30_000))
          expect(await step.isDone(world, context)).to.equal(false)
      }

      await tryFor(UNREPORTED_MS)
      expect(notes.at(-1)).to.match(
        kind === 'old' ? /waiting for the lag .*s old/ : /waiting for the lag .*no recent value/,
      )
      // While something else is missing too, nobody waits for the lag alone.
      Object.assign(sim.regions[HOME]!, {synchronization: 'pending-resync'})
      await tryFor(60_000)
      Object.assign(sim.regions[HOME]!, {synchronization: 'connected'})
      await tryFor(UNREPORTED_MS)
      await sim.clock.sleep(60_000)
      const failure = await failureOf(step.isDone(world, context))
      expect(failure).to.deep.include({code: 'LagUnreported', exit: 'stopped'})
      expect(mayPass(failure), 'the engine would look again and again').to.equal(false)
    })
})

describe('wait-replication with a second source', () => {
  it("aws 06: believes the primary's database where the metric has no recent value, and waits for what that says", async () => {
    const {sim, world, context, notes} = setting()
    Object.assign(sim.regions[HOME]!, {isWriter: false, synchronization: 'connected', instances: 1, sqlLagSeconds: 30})
    const old = {seconds: 0.1, at: sim.clock.now() - 600_000, periodSeconds: 60}
    const asked: string[] = []
    sim.fault = (call, at) => void (call === 'compare' && asked.push(at!))
    world.database.lag = async () => old
    const step = waitReplication({from: AWAY, to: HOME, maxLagSeconds: 5})
    expect(await step.isDone(world, context)).to.equal(false)
    expect(notes.at(-1)).to.contain('is 30 s behind')
    Object.assign(sim.regions[HOME]!, {sqlLagSeconds: 0.2})
    expect(await step.isDone(world, context)).to.equal(true)
    expect(asked).to.deep.equal([AWAY, AWAY])
  })
})

describe('what RDS says of a failover', () => {
  const event = (sim: SimulatedWorld, text: string) => ({at: sim.clock.now(), text})

  it('aws 13: of its write block is told beside a fence that nothing has proven, and proves nothing', async () => {
    for (const word of ['succeeded', 'timed out']) {
      const {sim, world, context, notes} = setting()
      sim.regions[HOME]!.lost = true
      sim.failoverEvents.push(event(sim, `Attempt to block writes for DB cluster c ${word}.`))
      const othersEnded = AbortSignal.abort()
      const outcome = await keepFencing({region: HOME, to: AWAY}).act(world, {...context, othersEnded})
      expect(outcome).to.deep.equal({unsure: 'fence-unsure'})
      expect(notes.at(-1)).to.equal(`RDS says: Attempt to block writes for DB cluster c ${word}.`)
    }
  })

  it('aws 13: of the resynchronization is told while home is rebuilt', async () => {
    const {sim, world, context, notes} = setting()
    Object.assign(sim.regions[HOME]!, {isWriter: false, synchronization: 'pending-resync'})
    sim.failoverEvents.push(event(sim, 'Started resynchronizing members of DB cluster c after global failover.'))
    expect(await waitReplication({from: AWAY, to: HOME, maxLagSeconds: 5}).isDone(world, context)).to.equal(false)
    expect(notes.at(-1)).to.match(/pending-resync; RDS said at .*: Started resynchronizing members/)
  })
})

describe('keep-left-volumes', () => {
  const volume = (region: string, time: string, copied = false) => ({
    region,
    snapshot: `rds:unplanned-global-failover-todomgmt-${region}-${time}`,
    copy: `todomgmt-${region}-kept-${time}`,
    copied,
  })

  it('aws 13: copies what a failover has left in the region, once, and says under which name', async () => {
    const {sim, world, context, notes} = setting()
    sim.leftVolumes.push(volume(HOME, '1', true), volume(HOME, '2'), volume(AWAY, '3'))
    const step = keepLeftVolumes({region: HOME})
    expect(await step.isDone(world, context)).to.equal(false)
    await step.act(world, context)
    expect(await step.isDone(world, context)).to.equal(true)
    expect(sim.acts).to.deep.equal([`keep ${volume(HOME, '2').snapshot}`])
    expect(notes).to.deep.equal([`what ${HOME} had at the failover is kept as the snapshot ${volume(HOME, '2').copy}`])
    await keepLeftVolumes({region: HOME}).act(world, context)
    expect(sim.acts, 'another run finds it').to.have.length(1)
  })

  it('aws 13: never ends a failback', async () => {
    const {sim, world, context, notes} = setting()
    sim.leftVolumes.push(volume(HOME, '1'))
    sim.fault = (call) => {
      if (call === 'snapshots') throw new DrError({code: 'AccessDenied', exit: 'credentials', what: 'not allowed'})
    }

    const step = keepLeftVolumes({region: HOME})
    await step.act(world, context)
    expect(await step.isDone(world, context)).to.equal(true)
    expect(notes[0]).to.contain('could not be copied to a manual snapshot: not allowed')
  })
})

describe('steer-edge', () => {
  const step = steerEdge({to: AWAY})
  const error = (code: string, passing: boolean): DrError => new DrError({code, exit: 'failed', what: code, passing})
  const LIMIT_MS = STEER_SECONDS * 1000

  /** The route fails so until `untilMs`; how often it was asked. */
  const failing = (sim: SimulatedWorld, untilMs: number, fails: () => Promise<void> | void): {tries: number[]} => {
    const tries: number[] = []
    const begun = sim.clock.now()
    sim.fault = (call) => {
      if (call !== 'steer') return
      tries.push(sim.clock.now() - begun)
      if (tries.at(-1)! < untilMs) return fails()
    }

    return {tries}
  }

  for (const [what, fails] of Object.entries({
    'is throttled': () => error('ThrottlingException', true),
    'is failed by AWS': () => error('InternalServerException', true),
    'is overtaken by the writes of others': () => error('ConflictException', true),
    'does not answer': () => new Unreachable('no answer'),
  }))
    it(`tries a route again that ${what}, with longer and longer pauses, and is done when it is set`, async () => {
      const {sim, world, context, notes} = setting()
      const {tries} = failing(sim, 30_000, () => {
        throw fails()
      })
      await step.act(world, context)
      expect(sim.edgeKey).to.equal(AWAY)
      expect(notes).to.include(fails().message)
      const pauses = tries.slice(1).map((at, index) => at - tries[index]!)
      expect(pauses[0]).to.be.within(300, 400)
      expect(pauses.at(-1)).to.be.within(5000, 5100)
      expect(tries.length).to.be.within(8, 20)
    })

  it('says before its deadline what a person can do, of a route that fails or hangs without end', async () => {
    for (const fails of [
      () => {
        throw error('ThrottlingException', true)
      },
      (sim: SimulatedWorld) => sim.clock.sleep(3_600_000),
    ]) {
      const {sim, world, context} = setting()
      const {tries} = failing(sim, Number.POSITIVE_INFINITY, () => fails(sim))
      let ended: {code?: string; next?: string} = {}
      const took = await within(sim, async () => {
        ended = await failureOf(Promise.resolve(step.act(world, context)))
      })
      expect(ended).to.include({code: 'EdgeNotSteered', exit: 'stopped'})
      expect(ended.next).to.contain(`point the simulated route at ${AWAY}`).and.to.contain('then todo-dr resume')
      expect(took).to.be.within(LIMIT_MS * 0.75, LIMIT_MS - 5000)
      const {length} = tries
      await sim.clock.sleep(LIMIT_MS)
      expect(tries).to.have.length(length)
    }
  })

  it('is not done while the route names the region by chance alone', async () => {
    const {world, context} = setting()
    let set = false
    const route = {...world.route, serving: async () => AWAY, isSet: async () => set}
    expect(await step.isDone({...world, route}, context)).to.equal(false)
    set = true
    expect(await step.isDone({...world, route}, context)).to.equal(true)
  })

  it('has so long as its route takes, and tells the route which region is escaped', async () => {
    const {sim, world, context, notes} = setting()
    const {tries} = failing(sim, 100_000, () => {
      throw error('ThrottlingException', true)
    })
    const steer = world.route.steer.bind(world.route)
    let leaving: string | undefined
    world.route.steer = (region, options) => {
      leaving = options?.leaving
      options?.note?.('by another way')
      return steer(region, options)
    }
    await steerEdge({to: AWAY, seconds: 200, leaving: HOME}).act(world, context)
    expect(tries.at(-1)).to.be.above(100_000)
    expect([leaving, notes[0]]).to.deep.equal([HOME, 'by another way'])
  })

  it('says it at once of a route that says no, which a second try would not change', async () => {
    const {sim, world, context} = setting()
    const {tries} = failing(sim, Number.POSITIVE_INFINITY, () => {
      throw error('ResourceNotFoundException', false)
    })
    expect(await failureOf(Promise.resolve(step.act(world, context)))).to.include({code: 'EdgeNotSteered'})
    expect(tries).to.have.length(1)
  })
})

describe('the proofs of the new primary', () => {
  it('wait for a write that is acknowledged, and for nothing else: its row is removed through the edge', async () => {
    const {sim, world, context} = setting()
    void sim.clock.sleep(4000).then(() => (sim.regions[AWAY]!.writable = true))
    const step = newPrimaryTakesWrite({region: AWAY})
    const asked: string[] = []
    sim.fault = (call) => void asked.push(call)
    expect(await within(sim, () => step.act(world, context))).to.be.within(4000, 4300)
    expect([...sim.held(AWAY)]).to.deep.equal(['canary-r1'])
    expect(asked).to.include('api POST').and.to.not.include('api DELETE')
    sim.serving = AWAY
    await verifyEdge({to: AWAY}).act(world, context)
    expect(sim.regions[AWAY]!.rows.size).to.equal(0)
  })

  it('find and remove the canary that a killed run left behind', async () => {
    const {sim, world, context} = setting()
    Object.assign(sim.regions[AWAY]!, {
      writable: true,
      rows: new Map([['canary-r1', {id: '77', task: 'todo-dr canary'}]]),
    })
    await newPrimaryTakesWrite({region: AWAY}).act(world, context)
    expect([...sim.regions[AWAY]!.rows.values()].map(({id}) => id)).to.deep.equal(['77'])
    sim.serving = AWAY
    await verifyEdge({to: AWAY}).act(world, context)
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
