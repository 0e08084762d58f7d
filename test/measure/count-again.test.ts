/** Writes that nobody was told of, and that were stored after everybody had stopped asking. */

import {expect} from 'chai'
import {setMaxListeners} from 'node:events'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {runDrill} from '../../src/actions/drill/run.js'
import {runMeasuredSwitch} from '../../src/actions/switch/measured.js'
import type {Measured} from '../../src/actions/switch/measured.js'
import {countUnsureAgain} from '../../src/measure/count-again.js'
import type {LabAdmin} from '../../src/ports/lab-admin.js'
import type {RunStore} from '../../src/ports/runs.js'
import type {Workload} from '../../src/ports/workload.js'
import type {World} from '../../src/ports/world.js'
import {history} from '../support/history.js'
import {memoryRun} from '../support/memory-run.js'
import {result} from '../support/result.js'
import {AWAY, HOME, SimulatedWorld, WRITER_TIMEOUT_SECONDS} from '../support/simulated-world.js'

/** After the check, and before the function that stores it must be over. */
const COMMITS_AFTER_MS = (WRITER_TIMEOUT_SECONDS - 1) * 1000

/** A write through the edge is a probe's where its row says so. */
const isProbe = (request: ReturnType<Workload['write']>): boolean =>
  request.method === 'POST' && (request.body as {status: string}).status === 'probe'

/** The first three probes that the new primary is sent get no answer, and are stored when nobody waits any longer. */
function withSlowWrites(sim: SimulatedWorld): {world: World; slow: string[]} {
  const {world} = sim.connect()
  const slow: string[] = []
  const {edge} = world.api
  world.api.edge = async (request, options) => {
    if (sim.serving !== AWAY || !isProbe(request) || slow.length === 3) return edge(request, options)
    slow.push((request.body as {requestId: string}).requestId)
    void sim.clock.sleep(COMMITS_AFTER_MS).then(() => sim.serve(sim.serving, request))
    await sim.clock.sleep(request.timeoutMs!)
    throw Object.assign(new Error('no answer'), {code: 'UND_ERR_HEADERS_TIMEOUT'})
  }

  return {world, slow}
}

describe('unsure writes that are stored after the check', () => {
  let folder: string
  let documents: Map<string, unknown>

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unsure-'))
  })

  afterEach(() => rm(folder, {recursive: true}))

  const newRun = () => {
    const run = {...memoryRun(), folder}
    documents = new Map()
    return {...run, writeJson: async (file: string, value: object) => void documents.set(file, structuredClone(value))}
  }

  const common = (sim: SimulatedWorld, world: World) => {
    const {signal} = new AbortController()
    setMaxListeners(0, signal)
    return {
      target: 'lab',
      world,
      objectives: {rtoSeconds: 900, rpoSeconds: 5},
      maxLagSeconds: 5,
      ratePerSecond: 20,
      seed: 1,
      signal,
      emit: () => undefined,
      sim,
    }
  }

  const drill = (failback: boolean) => (sim: SimulatedWorld, world: World) =>
    runDrill({
      ...common(sim, world),
      lab: {
        startFault: async () => sim.lose(HOME),
        liftFault: async () => void sim.returns(HOME, 500),
        setLag: async () => undefined,
        zone: async () => undefined,
        connection: async () => undefined,
      } as unknown as LabAdmin,
      runs: {create: async (intent: string) => (intent === 'failback' ? memoryRun() : newRun())} as unknown as RunStore,
      scenario: 'region-loss',
      lagMs: 0,
      failback,
      stage: (_id, _title, act) => act(),
    })

  const failover = async (sim: SimulatedWorld, world: World) => {
    sim.lose(HOME)
    return (await runMeasuredSwitch({
      ...common(sim, world),
      intent: 'failover',
      lab: true,
      outage: {start: () => Promise.reject(new Error('none')), active: async () => []} as never,
      waivers: [{name: 'allow-data-loss', reason: 'test'}],
      recent: async () => ({unfinished: []}),
      newRun: async () => newRun(),
      operator: 'tester',
    })) as Measured
  }

  const doors: [string, (sim: SimulatedWorld, world: World) => Promise<Measured>][] = [
    ['a drill', drill(true)],
    ['a drill without a failback', drill(false)],
    ['a measured failover', failover],
  ]
  for (const [door, play] of doors) {
    it(`field report 15: are counted again at the end of ${door}`, async () => {
      const sim = new SimulatedWorld({promotionMs: 500, edgeMs: 100, lagMs: 0})
      const {world, slow} = withSlowWrites(sim)
      const {result: said, entries} = await play(sim, world)
      expect(slow).to.have.length(3)
      const unsure = entries.filter(({requestId}) => slow.includes(requestId))
      expect(unsure.map(({outcome}) => outcome)).to.deep.equal(['unsure', 'unsure', 'unsure'])
      expect(said.rpo.unsureSurvivedCount).to.equal(3)
      expect(documents.get('result.json')).to.deep.equal(said)
    })
  }

  it('keeps the first count, and says so, where the primary cannot be asked again', async () => {
    const sim = new SimulatedWorld()
    const {world} = sim.connect()
    world.functions.invoke = () => Promise.reject(new Error('throttled'))
    const said = result({rpo: {...result().rpo, unsureSurvivedCount: 1}})
    const {emit, signal} = common(sim, world)
    await countUnsureAgain({world, result: said, entries: history('.??'), emit, signal})
    expect(said.rpo.unsureSurvivedCount).to.equal(1)
    expect(said.notices.join('\n')).to.contain('could not be counted again')
  })

  it('waits for nothing, and asks nobody, where all were found or none is unsure', async () => {
    const sim = new SimulatedWorld()
    const {world} = sim.connect()
    world.functions.invoke = () => Promise.reject(new Error('asked'))
    const began = sim.clock.now()
    const {emit, signal} = common(sim, world)
    for (const [letters, unsureSurvivedCount] of [
      ['...', 0],
      ['.??', 2],
    ] as const) {
      const said = result({rpo: {...result().rpo, unsureSurvivedCount}})
      await countUnsureAgain({world, result: said, entries: history(letters), emit, signal})
      expect(said.notices).to.have.length(1)
    }

    expect(sim.clock.now()).to.equal(began)
  })
})
