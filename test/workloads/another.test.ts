import {expect} from 'chai'
import {diagnose} from '../../src/diagnose.js'
import {startProber} from '../../src/measure/prober.js'
import {survivors} from '../../src/measure/survivors.js'
import {wake} from '../../src/measure/wake.js'
import type {LedgerEntry} from '../../src/model/ledger.js'
import type {StepContext} from '../../src/model/step.js'
import type {World} from '../../src/ports/world.js'
import {observe} from '../../src/probes/observe.js'
import {canaryRefused} from '../../src/steps/canary-refused.js'
import {newPrimaryTakesWrite} from '../../src/steps/new-primary-takes-write.js'
import {verifyEdge} from '../../src/steps/verify-edge.js'
import {warmTarget} from '../../src/steps/warm-target.js'
import {AWAY, HOME} from '../support/deployment.js'
import {Notebook} from '../support/notes.js'
import {thrownBy} from '../support/thrown.js'

describe('an API that is no ToDo API', function () {
  this.timeout(60_000)
  const {signal} = new AbortController()
  let notebook: Notebook
  let world: World
  let told: string[]
  let context: StepContext

  beforeEach(async () => {
    notebook = new Notebook()
    world = await notebook.open()
    told = []
    context = {signal, runId: 'r1', note: (text) => told.push(text), accepted: async () => undefined}
  })

  afterEach(async () => {
    const strays = notebook.asked.filter(({url}) => !/^(\/prod)?\/notebook\//.test(url))
    await notebook.close()
    expect(strays).to.deep.equal([])
  })

  const prober = () =>
    startProber({
      send: (request) => world.api.edge(request),
      workload: world.workload,
      token: async () => 't',
      run: {id: 'run', async append() {}},
      ratePerSecond: 20,
      seed: 1,
      signal,
      clock: world.clock,
      // Real time: a busy machine must not look like an outage.
      timeoutMs: 30_000,
    })

  const load = async (act: () => void): Promise<readonly LedgerEntry[]> => {
    const running = await prober()
    const answers = async (count: number): Promise<void> => {
      const since = running.entries().length
      const answered = () => running.entries().filter(({outcome}, index) => index >= since && outcome !== undefined)
      while (answered().length < count) await world.clock.sleep(10)
    }

    await answers(10)
    act()
    await answers(10)
    await running.stop()
    return running.entries()
  }

  const outcomes = (entries: readonly LedgerEntry[], kind: LedgerEntry['kind']): Set<string | undefined> =>
    new Set(entries.filter((entry) => entry.kind === kind).map(({outcome}) => outcome))

  it('is probed: what it acknowledges is ok, what it refuses fail, what it leaves open unsure; reads apart', async () => {
    const refused = await load(() => (notebook.primary = AWAY))
    expect(outcomes(refused, 'write')).to.deep.equal(new Set(['ok', 'fail']))
    expect(outcomes(refused, 'read')).to.deep.equal(new Set(['ok']))
    notebook.primary = HOME
    expect(outcomes(await load(() => (notebook.refuses = {status: 408})), 'write')).to.include('unsure')
  })

  it('is asked for the acknowledged writes, and exactly those that are gone are missing', async () => {
    const entries = await load(() => undefined)
    const writes = entries.filter(({kind}) => kind === 'write').map(({requestId}) => requestId)
    expect([...notebook.notes.values()].map(({key}) => key)).to.have.members(writes)
    const [lost] = [...notebook.notes.keys()]
    const {key} = notebook.notes.get(lost!)!
    notebook.notes.delete(lost!)
    const {present, trouble} = await survivors(world, HOME, entries, {emit() {}, signal})
    expect(trouble).to.deep.equal([])
    expect(writes.filter((id) => !present!.has(id))).to.deep.equal([key])
  })

  it('is woken, and keeps nothing of it', async () => {
    await wake(world, {tokensOf: HOME, signal})
    expect(notebook.asked.length).to.be.at.least(72)
    expect(notebook.notes.size).to.equal(0)
  })

  it('proves a fence by refusing a canary, and breaks it by taking one, which the undo removes', async () => {
    const step = canaryRefused({region: AWAY, to: HOME})
    expect(await step.act(world, context)).to.equal('done')
    notebook.primary = AWAY
    const leaking = canaryRefused({region: AWAY, to: HOME})
    expect(await thrownBy(leaking.act(world, context))).to.include({code: 'FenceLeaks'})
    expect([...notebook.notes.values()].map(({by}) => by)).to.deep.equal(['canary'])
    await leaking.undo!(world, context)
    expect(notebook.notes.size).to.equal(0)
  })

  it('is warmed with the requests of its own while it stands by, and may not acknowledge then', async () => {
    await warmTarget({region: AWAY}).act(world, context)
    expect(notebook.asked.map(({method, url}) => `${method} ${url}`)).to.include('POST /prod/notebook/hello')
    notebook.primary = AWAY
    expect(await thrownBy(warmTarget({region: AWAY}).act(world, context))).to.include({code: 'StandbyWrites'})
    expect(notebook.notes.size).to.equal(0)
  })

  it('proves that the new primary takes writes and that the edge serves it, and keeps no row of the proofs', async () => {
    notebook.primary = AWAY
    await newPrimaryTakesWrite({region: AWAY}).act(world, context)
    expect(told).to.deep.equal([])
    setTimeout(() => (notebook.serving = AWAY), 200)
    await verifyEdge({to: AWAY}).act(world, context)
    expect(told[0]).to.equal('write through the edge: status 451, by us-east-1')
    expect(notebook.notes.size).to.equal(0)
  })

  it('is diagnosed by its own words', async () => {
    expect(diagnose(await observe(world)).situation).to.equal('Healthy')
    notebook.hasTable = false
    expect(diagnose(await observe(world)).situation).to.equal('TableMissing')
  })
})
