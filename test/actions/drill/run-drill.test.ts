import {expect} from 'chai'
import {setMaxListeners} from 'node:events'
import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {runDrill} from '../../../src/actions/drill/run.js'
import type {DrillInput} from '../../../src/actions/drill/run.js'
import {DrError} from '../../../src/errors.js'
import type {DrEvent} from '../../../src/messages.js'
import type {LedgerEntry} from '../../../src/model/ledger.js'
import type {LabAdmin} from '../../../src/ports/lab-admin.js'
import type {Run, RunStore} from '../../../src/ports/runs.js'
import {tellStages} from '../../../src/ports/stage.js'
import {memoryRun} from '../../support/memory-run.js'
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
    expect(result.notices.slice(1)).to.deep.equal([])
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
    const failure = await stage.drill({lab}).catch((error: unknown) => error)
    expect((failure as Error).message).to.equal('Ctrl-C')
    expect(stage.nemesis.at(-1)).to.equal(`lift region-loss ${HOME}`)
  })

  it('does not begin on a lab that is not whole', async () => {
    stage.sim.lose(AWAY)
    const failure = await stage.drill().catch((error: unknown) => error)
    expect(failure).to.be.instanceOf(DrError)
    expect((failure as DrError).code).to.equal('DrillNeedsHealth')
    expect(stage.nemesis).to.deep.equal([])
  })

  it('says the verdict before the failback, which may fail', async () => {
    await stage.drill()
    const order = stage.events.flatMap((event) => {
      if (event.code === 'note' && event.text.startsWith('verdict: passed, writes ')) return ['verdict']
      return event.code === 'step-started' && event.id === 'failback' ? ['failback'] : []
    })
    expect(order).to.deep.equal(['verdict', 'failback'])
  })

  it('tells its stages in order', async () => {
    await stage.drill({lagMs: 100})
    const ids = stage.events.flatMap((event) => (event.code === 'step-finished' ? [event.id] : []))
    const own = ids.filter((id) => ['seed', 'lag', 'fault', 'detect', 'lift', 'failback'].includes(id))
    expect(own).to.deep.equal(['seed', 'lag', 'fault', 'detect', 'lift', 'failback'])
  })
})
