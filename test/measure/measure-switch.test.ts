import {expect} from 'chai'
import {setMaxListeners} from 'node:events'
import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {DrError} from '../../src/errors.js'
import {measureSwitch} from '../../src/measure/measure-switch.js'
import type {MeasureInput, Switched} from '../../src/measure/measure-switch.js'
import {LAB_NOTICE} from '../../src/measure/result.js'
import type {LedgerEntry} from '../../src/model/ledger.js'
import type {Run} from '../../src/ports/runs.js'
import {AWAY, HOME, SimulatedWorld} from '../support/simulated-world.js'

describe('measureSwitch', () => {
  let folder: string
  let documents: Record<string, object>
  let run: Run
  let abort: AbortController

  beforeEach(async () => {
    abort = new AbortController()
    setMaxListeners(0, abort.signal)
    folder = await mkdtemp(join(tmpdir(), 'measure-'))
    documents = {}
    run = {
      id: 'run-1',
      folder,
      async append() {},
      read: async () => [],
      writeJson: async (file, value) => void (documents[file] = value),
      readJson: async (file) => documents[file],
    }
  })

  afterEach(() => rm(folder, {recursive: true}))

  const failOver =
    (sim: SimulatedWorld) =>
    async (detected: () => number): Promise<Switched> => {
      await sim.clock.sleep(300)
      const since = detected()
      await sim.clock.sleep(1100)
      sim.promoteNow(AWAY)
      sim.steerNow(AWAY)
      return {
        from: HOME,
        to: AWAY,
        status: 'done',
        phases: [{id: 'promote', seconds: (sim.clock.now() - since) / 1000}],
        unsure: [],
      }
    }

  const measure = (sim: SimulatedWorld, more: Partial<MeasureInput<Switched>> = {}) =>
    measureSwitch({
      world: sim.connect().world,
      run,
      target: 'lab',
      lab: true,
      scenario: 'region-loss',
      objectives: {rtoSeconds: 900, rpoSeconds: 5},
      maxLagSeconds: 5,
      ratePerSecond: 50,
      seed: 1,
      signal: abort.signal,
      emit() {},
      warmupSeconds: 1,
      fault: async () => sim.lose(HOME),
      execute: failOver(sim),
      ...more,
    })

  it('names exactly the acknowledged writes that the new primary does not hold', async () => {
    const sim = new SimulatedWorld({latencyMs: 4, lagMs: 300})
    const {result} = await measure(sim)
    const lines = (await readFile(join(folder, 'ledger.ndjson'), 'utf8')).trimEnd().split('\n')
    const ledger = lines.map((line) => JSON.parse(line) as LedgerEntry)
    const held = sim.held(AWAY)
    const truth = ledger.filter(
      ({kind, outcome, requestId}) => kind === 'write' && outcome === 'ok' && !held.has(requestId),
    )
    expect(result.rpo.lostCount).to.be.within(10, 20)
    expect(result.rpo.lost.map(({requestId}) => requestId)).to.have.members(truth.map(({requestId}) => requestId))
    expect(result.rpo.windowSeconds).to.be.within(0.25, 0.35)
    expect(result.rpo).to.deep.include({met: true, checked: true, lagEstimateSeconds: 0.3})
  })

  it('waits until nothing of the start of the load is left waiting, and on a machine that stays slow goes on all the same', async () => {
    for (const [slowUntilMs, least, most] of [
      [0, 900, 2000],
      [3000, 3000, 4500],
      [Infinity, 5500, 8000],
    ] as const) {
      const sim = new SimulatedWorld({latencyMs: 4, lagMs: 0})
      const began = sim.clock.now()
      let broken = 0
      sim.fault = async (call) => {
        if (call.startsWith('api') && broken === 0 && sim.clock.now() - began < slowUntilMs) await sim.clock.sleep(300)
      }

      const fault = async (): Promise<void> => {
        broken = sim.clock.now()
        sim.lose(HOME)
      }

      await measure(sim, {fault})
      expect(broken - began, `${slowUntilMs}`).to.be.within(least, most)
    }
  })

  it('measures the recovery of writes, and sees that reads never failed', async () => {
    const {result} = await measure(new SimulatedWorld({latencyMs: 4, lagMs: 0}))
    expect(result.rto.write.seconds).to.be.within(1.4, 1.46)
    expect(result.rto.write).to.deep.include({errorSeconds: 0.02, lowerBound: false, met: true})
    expect(result.rto.read).to.deep.include({seconds: null, met: true})
    expect(result.rto.operatorSeconds).to.be.closeTo(1.4, 0.03)
    expect(result.singleWriter.valid).to.equal(true)
    expect(result.verdict).to.equal('passed')
  })

  it('field report 6: says in the result that the fence of the old primary was not proven, and how far the checker has seen', async () => {
    const sim = new SimulatedWorld({latencyMs: 4, lagMs: 0})
    const execute = async (detected: () => number): Promise<Switched> => ({
      ...(await failOver(sim)(detected)),
      unsure: ['fence', 'fence-again'],
    })
    const {result} = await measure(sim, {execute})
    expect(result.notices.join('\n')).to.contain(`not proven that ${HOME} has stopped acknowledging writes`)
    expect(result.singleWriter.through).to.deep.equal(['edge', HOME, AWAY])
  })

  it('field report 6: asks each region directly beside the edge, and names what an old side that came back said yes to', async () => {
    const sim = new SimulatedWorld({latencyMs: 4, lagMs: 50})
    const execute = async (detected: () => number): Promise<Switched> => {
      const outcome = await failOver(sim)(detected)
      sim.regions[HOME]!.lost = false
      await sim.clock.sleep(2000)
      sim.regions[HOME]!.writers = 'fenced'
      return outcome
    }

    const {result, entries} = await measure(sim, {execute})
    const first = sim.acknowledged.find(({region}) => region === AWAY)
    const leaked = sim.acknowledged.filter(({region, at}) => region === HOME && at > first!.at)
    expect(leaked).to.have.length.within(8, 11)
    expect(result.singleWriter.overlaps.map(({later}) => later)).to.have.members(leaked.map(({requestId}) => requestId))
    expect(result.singleWriter.valid).to.equal(false)
    expect(result.verdict).to.equal('missed')
    // The new primary does not hold them: they are lost, by name.
    expect(result.rpo.lost.map(({requestId}) => requestId)).to.include.members(leaked.map(({requestId}) => requestId))
    // Clients go through the edge, and their outage was over: what was asked past it is no part of it.
    expect(result.rto.write.seconds).to.be.within(1.4, 1.46)
    for (const region of [HOME, AWAY]) {
      const asked = entries.filter(({via}) => via === region)
      expect(asked.every(({kind}) => kind === 'write')).to.equal(true)
      expect(
        asked.length / ((entries.at(-1)!.scheduledAt - result.rto.write.episodes[0]!.from + 1000) / 1000),
      ).to.be.within(4, 6)
    }

    const lines = (await readFile(join(folder, 'ledger.ndjson'), 'utf8')).trimEnd().split('\n')
    const ledger = lines.map((line) => JSON.parse(line) as LedgerEntry)
    expect(new Set(ledger.map(({requestId}) => requestId)).size).to.equal(ledger.length)
    expect(ledger.filter(({via}) => via !== undefined)).to.have.length(
      entries.filter(({via}) => via !== undefined).length,
    )
  })

  it('field report 6: starts, and is not held up, where neither region can be asked directly', async () => {
    const sim = new SimulatedWorld({latencyMs: 4, lagMs: 0})
    const {world} = sim.connect()
    world.api.direct = () => new Promise(() => undefined)
    const {tokens} = world
    world.tokens = {
      ...tokens,
      get: (region, options) => (region === HOME ? tokens.get(region, options) : new Promise(() => undefined)),
    }
    const {result, entries} = await measure(sim, {world, execute: failOver(sim)})
    expect(result.rto.write.seconds).to.be.within(1.4, 1.46)
    expect(result.verdict).to.equal('passed')
    // Nobody but a client of the edge is left in doubt.
    expect(entries.filter(({via, outcome}) => via === HOME && outcome === undefined)).not.to.deep.equal([])
    expect(result.rpo.unsureCount).to.equal(
      entries.filter(({via, kind, outcome}) => via === undefined && kind === 'write' && outcome === 'unsure').length,
    )
  })

  it('books the time to the diagnosis, and takes the rest from the journal', async () => {
    const {result} = await measure(new SimulatedWorld({latencyMs: 4, lagMs: 0}))
    expect(result.phases.map(({id}) => id)).to.deep.equal(['detect', 'promote'])
    expect(result.phases[0]!.seconds).to.be.closeTo(0.3, 0.03)
    expect(result.phases[1]!.seconds).to.be.closeTo(1.1, 0.03)
  })

  it('shows who was what before and after', async () => {
    const {result} = await measure(new SimulatedWorld({latencyMs: 4, lagMs: 0}))
    expect(result.topology).to.deep.equal({
      before: {primary: HOME, standby: AWAY, edge: HOME, replication: 'ok'},
      afterFailover: {primary: AWAY, standby: HOME, edge: AWAY, replication: 'broken'},
      afterFailback: null,
    })
  })

  it('stamps what a lab gave, and writes the result beside a ledger of one line a probe', async () => {
    const {result} = await measure(new SimulatedWorld({latencyMs: 4, lagMs: 0}))
    expect(result.notices).to.include(LAB_NOTICE)
    expect(documents['result.json']).to.deep.equal(result)
    const lines = (await readFile(join(folder, 'ledger.ndjson'), 'utf8')).trimEnd().split('\n')
    expect(lines.filter((line) => !line.includes('"via"'))).to.have.length(result.probes.sent)
  })

  it('makes the fault when the stage for it is set, and counts no time before it', async () => {
    const order: string[] = []
    const sim = new SimulatedWorld({latencyMs: 4, lagMs: 0})
    const {result} = await measure(sim, {
      async beforeFault() {
        await sim.clock.sleep(5000)
        order.push('set')
      },
      async fault() {
        order.push('fault')
        sim.lose(HOME)
      },
    })
    expect(order).to.deep.equal(['set', 'fault'])
    expect(result.rto.write.seconds).to.be.within(1.4, 1.46)
  })

  it('makes no fault before writes are acknowledged', async () => {
    const sim = new SimulatedWorld({latencyMs: 4, lagMs: 0})
    sim.steerNow(AWAY)
    let faults = 0
    const failure = await measure(sim, {fault: async () => void faults++}).catch((error: unknown) => error)
    expect(failure).to.be.instanceOf(DrError)
    expect((failure as DrError).code).to.equal('WarmUpFailed')
    expect(faults).to.equal(0)
  })

  it('goes on without service in a real outage, and gives a lower bound', async () => {
    const sim = new SimulatedWorld({latencyMs: 4, lagMs: 0})
    sim.lose(HOME)
    const {result} = await measure(sim, {fault: undefined, scenario: null})
    expect(result.rto.write).to.deep.include({lowerBound: true, met: null, recovered: true})
    expect(result.rpo.met).to.equal(null)
    expect(result.verdict).to.equal('unknown')
  })

  it('counts from the instant that somebody wrote down', async () => {
    const sim = new SimulatedWorld({latencyMs: 4, lagMs: 0})
    sim.lose(HOME)
    const {result} = await measure(sim, {fault: undefined, scenario: null, outageAt: sim.clock.now() - 10_000})
    expect(result.rto.write.lowerBound).to.equal(false)
    expect(result.rto.write.seconds).to.be.above(12)
  })

  it('says unknown, and not none, when the new primary cannot be asked for the writes', async () => {
    const sim = new SimulatedWorld({latencyMs: 4, lagMs: 0})
    const {world} = sim.connect()
    world.functions.invoke = () => Promise.reject(new Error('throttled'))
    const {result} = await measure(sim, {world})
    expect(result.rpo).to.deep.include({checked: false, met: null})
    expect(result.verdict).to.equal('unknown')
    expect(result.notices.join('\n')).to.contain('throttled')
  })

  it('misses the objective of a slow switch', async () => {
    const {result} = await measure(new SimulatedWorld({latencyMs: 4, lagMs: 0}), {
      objectives: {rtoSeconds: 1, rpoSeconds: 5},
    })
    expect(result.rto.write.met).to.equal(false)
    expect(result.verdict).to.equal('missed')
  })

  it('leaves a run that stopped midway without a result, so that it can be resumed', async () => {
    const sim = new SimulatedWorld({latencyMs: 4, lagMs: 0})
    const {result} = await measure(sim, {
      execute: async () => ({from: HOME, to: AWAY, status: 'stopped', phases: [], unsure: []}),
    })
    expect(documents).not.to.have.property('result.json')
    expect(result.rto.write).to.deep.include({recovered: false, lowerBound: true})
    expect(result.verdict).to.equal('unknown')
  })

  it('closes the ledger when the run throws, and lets the error through', async () => {
    const failure = await measure(new SimulatedWorld({latencyMs: 4, lagMs: 0}), {
      execute: () => Promise.reject(new Error('refused')),
    }).catch((error: unknown) => error)
    expect((failure as Error).message).to.equal('refused')
    expect(await readFile(join(folder, 'ledger.ndjson'), 'utf8')).to.contain('"outcome":"ok"')
  })

  it('waits for service to be back before it ends the record', async () => {
    const sim = new SimulatedWorld({latencyMs: 4, lagMs: 0})
    const execute = async (): Promise<Switched> => {
      sim.promoteNow(AWAY)
      // The edge spreads for two seconds more after the run is over.
      void sim.clock.sleep(2000).then(() => sim.steerNow(AWAY))
      return {from: HOME, to: AWAY, status: 'done', phases: [], unsure: []}
    }

    const {result} = await measure(sim, {execute})
    expect(result.rto.write.recovered).to.equal(true)
    expect(result.rto.write.seconds).to.be.closeTo(2, 0.05)
  })
})
