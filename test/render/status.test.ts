import {expect} from 'chai'
import {SCHEMAS} from '../../src/actions/status/result.js'
import {runStatus, statusOf} from '../../src/actions/status/run.js'
import {diagnose} from '../../src/diagnose.js'
import type {Observation, RegionObservation} from '../../src/model/observation.js'
import {regionOf} from '../../src/model/regions.js'
import {statusTable, unfinishedLines} from '../../src/render/status.js'
import {planOf, start} from '../engine/support.js'
import {AWAY, HOME, sampleDeployment} from '../support/deployment.js'
import {memoryRuns} from '../support/memory-run.js'
import {SimulatedWorld} from '../support/simulated-world.js'

const side = (region: string, lagSeconds?: number): RegionObservation => ({
  region,
  cluster: {reachable: true, value: {id: 'c', arn: 'a', status: 'available', instances: ['available']}},
  proxy: {reachable: true, value: {available: 1, unavailable: 0}},
  api: {reachable: true, value: {status: 200, ok: true, latencyMs: 12.34}},
  writers: {reachable: true, value: 'open'},
  lagSeconds: {reachable: true, value: lagSeconds},
})

const healthy = (): Observation => ({
  at: 0,
  app: 'ToDoMgmt',
  order: [HOME, AWAY],
  global: {
    reachable: true,
    value: {
      id: 'todomgmt',
      status: 'available',
      members: [HOME, AWAY].map((region) => ({
        region,
        clusterArn: regionOf(sampleDeployment(), region).clusterArn,
        isWriter: region === HOME,
        ...(region === AWAY && {synchronization: 'connected'}),
      })),
    },
  },
  globalVia: HOME,
  edge: {reachable: true, value: HOME},
  regions: {[HOME]: side(HOME), [AWAY]: side(AWAY, 0.25)},
})

const GONE = {reachable: false, reason: 'us-east-1 got no answer'} as const

describe('the status', () => {
  it('shows both regions of a healthy deployment', () => {
    const observation = healthy()
    const status = statusOf('lab', observation, diagnose(observation))
    expect(status).to.deep.include({
      schemaVersion: 1,
      target: 'lab',
      app: 'ToDoMgmt',
      situation: 'Healthy',
      primary: HOME,
      standby: AWAY,
      edge: HOME,
      replication: 'ok',
      lagSeconds: 0.25,
    })
    expect(SCHEMAS.status.parse(status)).to.deep.equal(status)
    expect(statusTable(status)).to.equal(
      [
        'REGION     ROLE     EDGE    DATABASE   PROXY   API         WRITERS  LAG',
        'us-east-1  primary  serves  available  1 of 1  200, 12 ms  open     -',
        'us-east-2  standby  -       available  1 of 1  200, 12 ms  open     0.3 s',
      ].join('\n'),
    )
  })

  it('shows a region that is gone, with the reasons in JSON', () => {
    const observation = healthy()
    observation.regions[HOME] = {
      region: HOME,
      cluster: GONE,
      proxy: GONE,
      api: GONE,
      writers: GONE,
      lagSeconds: GONE,
    }
    const status = statusOf('lab', observation, diagnose(observation))
    expect(status.situation).to.equal('RegionLost')
    expect(status.next).to.contain('todo-dr failover')
    expect(status.regions[0]!.cluster).to.deep.equal(GONE)
    expect(SCHEMAS.status.parse(status)).to.deep.equal(status)
    expect(statusTable(status).split('\n')[1]).to.equal(
      'us-east-1  primary  serves  no answer  no answer  no answer   no answer  -',
    )
  })

  it('points at seed where there is no table yet, and not at a switch', () => {
    const observation = healthy()
    for (const region of [HOME, AWAY]) {
      observation.regions[region]!.api = {
        reachable: true,
        value: {status: 503, ok: false, latencyMs: 9, code: 'TableMissing'},
      }
    }

    const status = statusOf('lab', observation, diagnose(observation))
    expect(status).to.include({situation: 'TableMissing', next: 'todo-dr seed'})
    expect(SCHEMAS.status.parse(status)).to.deep.equal(status)
    expect(statusTable(status)).to.contain('TableMissing, 9 ms')
  })

  it('shows no lag of the primary, whose metric may hold what it reported as a standby', () => {
    const observation = healthy()
    observation.regions[HOME]!.lagSeconds = {reachable: true, value: 3}
    const status = statusOf('lab', observation, diagnose(observation))
    expect(status.regions.map(({lagSeconds}) => lagSeconds)).to.deep.equal([null, 0.25])
  })

  it('says stalled of a standby that is far behind, as the diagnosis does', () => {
    const observation = healthy()
    observation.regions[AWAY]!.lagSeconds = {reachable: true, value: 3600}
    const status = statusOf('lab', observation, diagnose(observation))
    expect(status).to.include({situation: 'ReplicationStalled', replication: 'stalled'})
  })

  it('says null and unknown where nobody can tell', () => {
    const observation = healthy()
    observation.global = {reachable: false, reason: 'silence'}
    observation.edge = {reachable: false, reason: 'silence'}
    const status = statusOf('lab', observation, diagnose(observation))
    expect(status).to.deep.include({situation: 'Unknown', primary: null, standby: null, edge: null, lagSeconds: null})
    expect(status.regions.map(({role}) => role)).to.deep.equal(['unknown', 'unknown'])
    expect(SCHEMAS.status.parse(status)).to.deep.equal(status)
  })
})

describe('the status of a run that was cut', () => {
  for (const [killAt, promoted, would] of [
    ['before:promote', false, /checks the situation and all gates again, then continues; with --undo/],
    ['after:verify-edge', true, /finishes it/],
  ] as const)
    it(`field report 1: names it and what resume would do, ${killAt}`, async () => {
      const sim = new SimulatedWorld()
      const {run} = await start(sim, await planOf(sim, 'switchover'), {killAt, owner: 'ann run-1'})
      const runs = memoryRuns([run])
      const {world} = sim.connect()
      const {status} = await runStatus({target: 'lab', world, runs, signal: new AbortController().signal})
      expect(SCHEMAS.status.parse(status)).to.deep.equal(status)
      expect(status.unfinished).to.have.length(1)
      expect(status.unfinished[0]).to.include({run: run.id, intent: 'switchover', to: AWAY, promoted})
      const [what, how] = unfinishedLines(status)
      expect(what).to.match(/unfinished: switchover from us-east-1 to us-east-2, started .* by ann run-1/)
      expect(how).to.match(would)
    })
})
