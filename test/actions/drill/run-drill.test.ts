import {expect} from 'chai'
import {setMaxListeners} from 'node:events'
import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {SCHEMAS} from '../../../src/actions/drill/result.js'
import {runDrill} from '../../../src/actions/drill/run.js'
import type {DrillInput} from '../../../src/actions/drill/run.js'
import {DrError, Interruption} from '../../../src/errors.js'
import {INTERRUPTED} from '../../../src/measure/measure-switch.js'
import type {DrEvent} from '../../../src/messages.js'
import {fenceNotProven} from '../../../src/model/fence.js'
import type {LedgerEntry} from '../../../src/model/ledger.js'
import type {LabAdmin} from '../../../src/ports/lab-admin.js'
import type {Run, RunStore} from '../../../src/ports/runs.js'
import {tellStages} from '../../../src/ports/stage.js'
import {journalOf, memoryRun} from '../../support/memory-run.js'
import {AWAY, HOME, SimulatedWorld} from '../../support/simulated-world.js'

/** The simulated world with a nemesis. */
class Stage {
  readonly sim = new SimulatedWorld({promotionMs: 500, edgeMs: 100, lagMs: 0})
  readonly nemesis: string[] = []
  readonly events: DrEvent[] = []
  readonly runs: Run[] = []
  lagMs = 0
  readonly abort = new AbortController()

  constructor(readonly folder: string) {
    setMaxListeners(0, this.abort.signal)
  }

  lab(): LabAdmin {
    const home = this.sim.regions[HOME]!
    return {
      status: () => Promise.reject(new Error('not asked')),
      startFault: async (kind, region) => {
        this.nemesis.push(`start ${kind} ${region} at lag ${this.lagMs}`)
        if (kind === 'region-loss') this.sim.lose(region)
        else if (kind === 'database-crash') Object.assign(home, {databaseUp: false})
        else Object.assign(home, {apiUp: false})
      },
      liftFault: async (kind, region) => {
        this.nemesis.push(`lift ${kind} ${region}`)
        home.apiUp = true
        void this.sim.returns(region, 3000)
      },
      zone: async () => undefined,
      connection: async () => undefined,
      setLag: async (ms) => {
        this.nemesis.push(`lag ${ms}`)
        this.lagMs = ms
        this.sim.setLag(ms)
      },
    }
  }

  drill(more: Partial<DrillInput> = {}) {
    const {world} = this.sim.connect()
    const emit = (event: DrEvent): void => void this.events.push(event)
    return runDrill({
      target: 'lab',
      world,
      lab: this.lab(),
      objectives: {rtoSeconds: 900, rpoSeconds: 5},
      maxLagSeconds: 5,
      runs: {
        create: async (intent: string) => {
          const run = {...memoryRun(`run-${this.runs.length}-${intent}`), folder: this.folder}
          this.runs.push(run)
          return run
        },
      } as RunStore,
      scenario: 'region-loss',
      lagMs: 0,
      ratePerSecond: 20,
      seed: 1,
      failback: true,
      stage: tellStages(emit, () => world.clock.now()),
      emit,
      signal: this.abort.signal,
      ...more,
    })
  }
}

describe('a drill on a simulated world', () => {
  let stage: Stage

  beforeEach(async () => {
    stage = new Stage(await mkdtemp(join(tmpdir(), 'drill-')))
  })

  afterEach(() => rm(stage.folder, {recursive: true}))

  it('loses the region, fails over, lifts the fault, fails back, and passes', async () => {
    const {result, failback} = await stage.drill()
    // The region was silent until the failover had ended.
    expect(result.notices.slice(1)).to.deep.equal([fenceNotProven(HOME)])
    expect(result).to.deep.include({verdict: 'passed', scenario: 'region-loss', target: 'lab'})
    expect(result.rto.write.seconds).to.be.above(0.5)
    expect(failback?.status).to.equal('done')
    expect(stage.nemesis).to.deep.equal([`start region-loss ${HOME} at lag 0`, `lift region-loss ${HOME}`])
  })

  it('shows the topology of before, after the failover and after the failback', async () => {
    const {result} = await stage.drill()
    expect(result.topology.before).to.include({primary: HOME, standby: AWAY, edge: HOME, replication: 'ok'})
    expect(result.topology.afterFailover).to.include({primary: AWAY, standby: HOME, edge: AWAY, replication: 'broken'})
    expect(result.topology.afterFailback).to.include({primary: HOME, standby: AWAY, edge: HOME, replication: 'ok'})
  })

  it('names what a lagging replica lost, and makes the fault only when the lag is in force', async () => {
    const {result} = await stage.drill({lagMs: 800, failback: false})
    const ledger = (await readFile(join(stage.folder, 'ledger.ndjson'), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as LedgerEntry)
    const held = stage.sim.held(AWAY)
    const truth = ledger.filter(
      (entry) => entry.kind === 'write' && entry.outcome === 'ok' && !held.has(entry.requestId),
    )
    expect(truth).to.have.length.within(10, 20)
    expect(result.rpo.lost.map(({requestId}) => requestId)).to.have.members(truth.map(({requestId}) => requestId))
    expect(stage.nemesis).to.deep.equal([
      'lag 800',
      `start region-loss ${HOME} at lag 800`,
      `lift region-loss ${HOME}`,
      'lag 0',
    ])
    expect(result.topology.afterFailback).to.equal(null)
  })

  it('keeps what was measured where the failback is refused, and says why', async () => {
    const lab = stage.lab()
    const liftFault: LabAdmin['liftFault'] = async (kind, region) => {
      await lab.liftFault(kind, region)
      stage.sim.regions[HOME]!.engineVersion = '8.0.mysql_aurora.3.04.0'
    }
    const {result, outcome, failback, trouble} = await stage.drill({lab: {...lab, liftFault}})
    expect([outcome.status, failback, trouble?.exit]).to.deep.equal(['done', undefined, 'refused'])
    expect(trouble?.message).to.match(/the failback to us-east-1 is refused by engine-versions/)
    expect(result.notices.at(-1)).to.include(trouble!.message)
    expect(await stage.runs[0]!.readJson('result.json')).to.deep.equal(result)
  })

  it('keeps what was measured where the outage cannot be ended, and does not fail back then', async () => {
    const stuck = new DrError({code: 'LabRefused', exit: 'failed', what: 'the lab refuses', next: 'todo-dr lab logs'})
    const lab = {...stage.lab(), liftFault: () => Promise.reject(stuck)}
    const {result, outcome, failback, trouble} = await stage.drill({lab})
    expect([outcome.status, failback, trouble]).to.deep.equal(['done', undefined, stuck])
    expect(result.notices.at(-1)).to.include('the lab refuses')
    expect(await stage.runs[0]!.readJson('result.json')).to.deep.equal(result)
  })

  it('gives the lab of a project its schema, before any load', async () => {
    const file = (name: string) => ({name, bytes: Buffer.from('SELECT 1;\n')})
    const migrations = {folder: 'migrations', files: [file('0001_notes.sql'), file('0002_due.sql')]}
    await stage.drill({migrations, failback: false})
    expect(stage.sim.acts.slice(0, 2)).to.deep.equal(['migrate 0001_notes', 'migrate 0002_due'])
  })

  it('answers an API outage with a switchover, and loses nothing', async () => {
    const {result, outcome} = await stage.drill({scenario: 'api-outage', failback: false})
    expect(outcome.intent).to.equal('switchover')
    expect(result.rpo).to.deep.include({lostCount: 0, met: true})
  })

  it('answers a crashed database with a failover', async () => {
    const {result, outcome} = await stage.drill({scenario: 'database-crash', failback: false})
    expect(outcome).to.deep.include({intent: 'failover', status: 'done'})
    expect(result.verdict).to.equal('passed')
  })

  it('lifts the fault and the lag when the switch fails', async () => {
    stage.sim.fault = (call) => {
      if (call === 'failover') throw new DrError({code: 'AccessDenied', exit: 'credentials', what: 'no'})
    }

    const {outcome} = await stage.drill({lagMs: 100})
    expect(outcome.status).not.to.equal('done')
    expect(stage.nemesis.slice(-2)).to.deep.equal([`lift region-loss ${HOME}`, 'lag 0'])
    expect(stage.runs).to.have.length(1)
  })

  it('lifts the fault when it is interrupted under it', async () => {
    const {startFault} = stage.lab()
    const lab = {
      ...stage.lab(),
      async startFault(...args: Parameters<typeof startFault>) {
        await startFault(...args)
        stage.abort.abort(new Error('Ctrl-C'))
      },
    }
    const {result, outcome} = await stage.drill({lab})
    expect(outcome).to.include({status: 'undone', exit: 'interrupted', from: HOME, to: AWAY})
    expect(stage.nemesis.at(-1)).to.equal(`lift region-loss ${HOME}`)
    expect(result.notices).to.include(INTERRUPTED)
  })

  /** Where it is interrupted, and what is known then. */
  const CUTS = {
    fault: {verdict: 'unknown', status: 'undone'},
    detect: {verdict: 'unknown', status: 'undone'},
    promote: {verdict: 'unknown', status: undefined},
    'verify-edge': {verdict: 'unknown', status: 'stopped'},
    lift: {verdict: 'passed', status: 'done'},
    failback: {verdict: 'passed', status: 'done'},
  } as const
  for (const [step, {verdict, status}] of Object.entries(CUTS))
    it(`field report F: keeps its verdict and its record when it is interrupted at the step ${step}`, async () => {
      const interrupt = (event: DrEvent): void => {
        stage.events.push(event)
        if (event.code === 'step-started' && event.id === step) stage.abort.abort(new Interruption('SIGINT', false))
      }
      const {result, outcome, entries} = await stage.drill({
        emit: interrupt,
        stage: tellStages(interrupt, () => stage.sim.clock.now()),
      })
      expect(result.verdict).to.equal(verdict)
      if (status) expect(outcome.status).to.equal(status)
      expect(result.notices).to.include(INTERRUPTED)
      expect(SCHEMAS.drill.parse(result)).to.deep.equal(result)
      expect(entries.length).to.be.above(20)
      expect(stage.nemesis.at(-1)).to.equal(`lift region-loss ${HOME}`)
      if (outcome.status !== 'stopped') expect(await stage.runs[0]!.readJson('result.json')).to.deep.equal(result)
    })

  it('field report F: names all that was lost when it is interrupted behind the promotion', async () => {
    const {startFault} = stage.lab()
    let broken = false
    const lab: LabAdmin = {
      ...stage.lab(),
      async startFault(...args: Parameters<typeof startFault>) {
        broken = true
        await startFault(...args)
      },
    }
    const emit = (event: DrEvent): void => {
      if (broken && event.code === 'step-started' && event.id === 'verify-edge')
        stage.abort.abort(new Interruption('SIGTERM', false))
    }
    const {result, entries} = await stage.drill({lab, emit, lagMs: 800})
    const held = stage.sim.held(AWAY)
    const truth = entries.filter(
      ({kind, outcome, via, requestId}) =>
        kind === 'write' && outcome === 'ok' && via === undefined && !held.has(requestId),
    )
    expect(truth).to.have.length.within(10, 20)
    expect(result.rpo.lost.map(({requestId}) => requestId)).to.include.members(truth.map(({requestId}) => requestId))
    expect(result.notices).to.include(INTERRUPTED)
  })

  /** A machine that answers so many requests of a second, and none of the others. */
  const busy = (perSecond: number): Partial<DrillInput> => {
    const {world} = stage.sim.connect()
    const {edge} = world.api
    const asked: number[] = []
    world.api.edge = async (request, options) => {
      const now = world.clock.now()
      asked.push(now)
      if (asked.filter((at) => at > now - 1000).length <= perSecond) return edge(request, options)
      await world.clock.sleep(request.timeoutMs ?? 5000)
      throw new Error('no answer')
    }

    return {world}
  }

  it('field report 24: measures what a busy machine can serve, and says so in what it tells and in the result', async () => {
    const {result} = await stage.drill({...busy(40), ratePerSecond: 50})
    expect(result.verdict).to.equal('passed')
    expect(result.probes).to.include({ratePerSecond: 13, askedPerSecond: 50})
    expect(result.notices.join('\n')).to.contain('the load was 13 writes/s and not 50 as asked for')
    const warned = stage.events.flatMap((event) => (event.code === 'warning' ? [event] : []))
    expect(warned.map(({text}) => text).slice(0, 2)).to.deep.equal([
      'this machine cannot serve 50 writes/s and as many reads/s: trying 25',
      'this machine cannot serve 25 writes/s and as many reads/s: trying 13',
    ])
    expect(warned[0]!.hint).to.match(/^of the last \d+ probes \d+ were served, \d+ got no answer in time$/)
    expect(stage.nemesis).to.deep.equal([`start region-loss ${HOME} at lag 0`, `lift region-loss ${HOME}`])
    expect(SCHEMAS.drill.parse(result)).to.deep.equal(result)
  })

  it('field report 18: breaks nothing where not even the least is served, and says what limits it', async () => {
    const failure = (await stage.drill({...busy(2), ratePerSecond: 50}).catch((error: unknown) => error)) as DrError
    expect(failure).to.include({code: 'WarmUpFailed', exit: 'failed'})
    expect(failure.message).to.contain('5 writes/s and as many reads/s were not served within 30 s')
    expect(failure.why).to.match(/^of the last \d+ probes \d+ were served, \d+ got no answer in time$/)
    expect(failure.next).to.contain('todo-dr drill')
    expect(stage.nemesis).to.deep.equal([])
  })

  it('outage: breaks nothing while another operator holds the lease, and says who', async () => {
    stage.sim.leaseHolder = 'bob@laptop'
    const failure = await stage.drill().catch((error: unknown) => error)
    expect(failure).to.include({code: 'LeaseHeld', exit: 'refused'})
    expect((failure as DrError).message).to.contain('bob@laptop')
    expect(stage.nemesis).to.deep.equal([])
  })

  it('does not begin on a lab that is not whole', async () => {
    stage.sim.lose(AWAY)
    const failure = await stage.drill().catch((error: unknown) => error)
    expect(failure).to.be.instanceOf(DrError)
    expect((failure as DrError).code).to.equal('DrillNeedsHealth')
    expect(stage.nemesis).to.deep.equal([])
  })

  it('waits for a lab that answers nobody at first, as on a busy machine', async () => {
    for (const region of [HOME, AWAY]) stage.sim.lose(region)
    const {sim} = stage
    const back = sim.clock.sleep(2000).then(() => Promise.all([HOME, AWAY].map((region) => sim.returns(region, 0))))
    const {result} = await stage.drill()
    await back
    expect(result.verdict).to.equal('passed')
  })

  it('says the verdict before the failback, which may fail', async () => {
    await stage.drill()
    const order = stage.events.flatMap((event) => {
      if (event.code === 'note' && event.text.startsWith('verdict: passed, writes ')) return ['verdict']
      return event.code === 'step-started' && event.id === 'failback' ? ['failback'] : []
    })
    expect(order).to.deep.equal(['verdict', 'failback'])
  })

  it('fails over by the look that showed the outage, and takes no second one while clients wait', async () => {
    const here = stage
    const looks: number[] = []
    here.sim.fault = async (call, at) => {
      if (call === 'proxy' && at === AWAY) looks.push(here.sim.clock.now())
    }

    const {outcome} = await here.drill({failback: false})
    const [first] = await journalOf(here.runs[0]!)
    const since = first!.event === 'run-started' ? first!.decidedFrom! : Infinity
    expect(looks.filter((at) => at >= since && at < outcome.finishedAt)).to.deep.equal([])
    expect(looks).to.not.deep.equal([])
  })

  it('tells its stages in order', async () => {
    await stage.drill({lagMs: 100})
    const ids = stage.events.flatMap((event) => (event.code === 'step-finished' ? [event.id] : []))
    const own = ids.filter((id) => ['seed', 'lag', 'fault', 'detect', 'lift', 'failback'].includes(id))
    expect(own).to.deep.equal(['seed', 'lag', 'fault', 'detect', 'lift', 'failback'])
  })
})
