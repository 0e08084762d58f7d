/** RDS may show the roles from before a switch of ours: nothing is planned from them, and nothing is opened. */

import {expect} from 'chai'
import {runStatus} from '../../src/actions/status/run.js'
import {startOutage} from '../../src/actions/outage/run.js'
import {startPipeline} from '../../src/actions/pipeline/start.js'
import {lookBesideRuns} from '../../src/engine/look.js'
import {prepare} from '../../src/engine/prepare.js'
import {runPlan} from '../../src/engine/run-plan.js'
import {newestPromotion, recentRuns} from '../../src/engine/unfinished.js'
import {OLD_STATE_MS} from '../../src/model/known-promotion.js'
import type {Intent} from '../../src/model/plan.js'
import type {Outage} from '../../src/ports/outage.js'
import type {Pipelines} from '../../src/ports/pipelines.js'
import type {RunStore} from '../../src/ports/runs.js'
import {watchRoles} from '../../src/steps/watch-roles.js'
import {memoryRun, memoryRuns} from '../support/memory-run.js'
import {AWAY, HOME, SimulatedWorld} from '../support/simulated-world.js'
import {thrownBy} from '../support/thrown.js'
import {planOf, start} from './support.js'

/** After a failover that RDS does not show for so many milliseconds, in these regions. */
async function failedOver(ms: number, regions = [HOME, AWAY]): Promise<{sim: SimulatedWorld; runs: RunStore}> {
  const sim = new SimulatedWorld()
  sim.lose(HOME)
  const plan = await planOf(sim, 'failover')
  const {run, outcome} = await start(sim, plan, {run: memoryRun('20260101T000000Z-failover-0001')})
  expect(outcome).to.include({status: 'done'})
  await sim.returns(HOME, 1000)
  sim.oldView = {regions, until: sim.clock.now() + ms}
  return {sim, runs: memoryRuns([run])}
}

const {signal} = new AbortController()

describe('old roles', () => {
  /** As a command of its own, which knows of the failover by the runs alone. */
  const prepared = async ({sim, runs}: {sim: SimulatedWorld; runs: RunStore}, intent: Exclude<Intent, 'upgrade'>) => {
    const notes: string[] = []
    const recent = () => recentRuns(runs, sim.deployment)
    const began = sim.clock.now()
    const {plan} = await prepare({
      world: sim.connect().world,
      intent,
      maxLagSeconds: 5,
      recent,
      toAct: true,
      emit: (event) => void ('text' in event && notes.push(String(event.text))),
      signal,
    })
    return {plan, notes, seconds: (sim.clock.now() - began) / 1000}
  }

  it('aws 02: a failback waits for the roles that the failover left, and does not take the old primary for the primary', async () => {
    const {plan, notes, seconds} = await prepared(await failedOver(12_000), 'failback')
    expect(plan).to.include({intent: 'failback', from: AWAY, to: HOME})
    expect(notes.join(',')).to.include(`RDS still shows ${HOME} as the primary, but ${AWAY} was promoted`)
    expect(seconds).to.be.within(11, 14)
  })

  it('aws 02: one region that shows the new roles is enough', async () => {
    const {plan, notes, seconds} = await prepared(await failedOver(600_000, [HOME]), 'failback')
    expect(plan).to.include({intent: 'failback', from: AWAY, to: HOME})
    expect(notes).to.have.length(1)
    expect(seconds).to.be.below(2)
  })

  it('aws 02: a steer leads nobody to the old primary', async () => {
    const {plan} = await prepared(await failedOver(12_000), 'steer')
    expect(plan.to).to.equal(AWAY)
  })

  it('aws 02: whoever only looks is told that the roles are not known, and does not wait', async () => {
    const {sim, runs} = await failedOver(600_000)
    const began = sim.clock.now()
    const {status, exit} = await runStatus({target: 'lab', world: sim.connect().world, runs, signal})
    expect(status).to.include({situation: 'Unknown', primary: null})
    expect(status.evidence.join(',')).to.include('the answer is an old one')
    expect(exit).to.equal('unknown')
    expect(sim.clock.now() - began).to.be.below(1000)
  })

  it('is waited for no longer than RDS may be old: somebody else may have switched since', async () => {
    const {sim, runs} = await failedOver(600_000)
    const recent = () => recentRuns(runs, sim.deployment)
    const {observation} = await lookBesideRuns({world: sim.connect().world, recent, toAct: true, signal})
    expect(observation.global.reachable).to.equal(true)
    const newest = (await recent()).last!.lines.find(({event}) => event === 'run-finished')
    expect(sim.clock.now() - newest!.at).to.be.within(OLD_STATE_MS, OLD_STATE_MS + 5000)
  })

  it('aws 02: without the runs, a closed region is watched before it is opened, and one that is no primary stays closed', async () => {
    const {sim} = await failedOver(12_000)
    sim.regions[HOME]!.writers = 'fenced'
    const {world} = sim.connect()
    const {plan} = await prepare({
      world,
      intent: 'failback',
      maxLagSeconds: 5,
      recent: async () => ({unfinished: []}),
      toAct: true,
      signal,
    })
    expect(plan.stages.flat().map(({kind}) => kind)).to.deep.equal([
      'watch-roles',
      'unfence-region',
      'new-primary-takes-write',
      'steer-edge',
      'verify-edge',
    ])
    const {outcome} = await start(sim, plan)
    expect(outcome).to.include({status: 'undone', exit: 'failed'})
    expect(outcome!.failure).to.include({step: 'watch-roles', code: 'DeadlinePassed'})
    expect(sim.acts.filter((act) => act === `unfence ${HOME}`)).to.deep.equal([])
  })

  it('aws 02: a failover there and back at once waits for no old state: what RDS shows is the doing of the newer one', async () => {
    const {sim, runs} = await failedOver(0)
    sim.regions[HOME]!.writers = 'fenced'
    const {plan} = await prepared({sim, runs}, 'failover')
    expect(plan).to.include({intent: 'failover', to: HOME})
    const {world} = sim.connect()
    world.known.note({to: AWAY, at: sim.clock.now()})
    const began = sim.clock.now()
    const run = memoryRun('20260102T000000Z-failover-0001')
    const waivers = [{name: 'allow-data-loss' as const, reason: 'test'}]
    const outcome = await runPlan({plan, world, run, waivers, owner: 'a', emit: () => undefined, signal})
    expect(outcome).to.include({status: 'done'})
    expect(sim.clock.now() - began).to.be.below(60_000)
    expect(world.known.newest?.to).to.equal(HOME)
    const [first] = await runs.newestFirst()
    expect(newestPromotion(await recentRuns(memoryRuns([first!, run]), sim.deployment))?.to).to.equal(HOME)
  })

  it('aws 02: a newer switch that was begun, and has not seen its promotion, leaves it open who writes', async () => {
    const {sim, runs} = await failedOver(0)
    const [first] = await runs.newestFirst()
    const cut = memoryRun('20260102T000000Z-failover-0001')
    await start(sim, await planOf(sim, 'failover', {to: HOME}), {run: cut, killAt: 'after:promote'})
    expect(newestPromotion(await recentRuns(memoryRuns([first!]), sim.deployment))?.to).to.equal(AWAY)
    expect(newestPromotion(await recentRuns(memoryRuns([first!, cut]), sim.deployment))).to.equal(undefined)
  })

  it('outage: a rehearsal outage without a region is not made at home while RDS shows home as the primary of before', async () => {
    const {sim, runs} = await failedOver(12_000)
    const {world} = sim.connect()
    const started: string[] = []
    const outage: Outage = {
      start: async (region) => void started.push(region),
      stop: async () => [],
      active: async () => [],
    }
    const error = await thrownBy(
      startOutage({
        target: 'lab',
        deployment: sim.deployment,
        world,
        outage,
        recent: () => recentRuns(runs, sim.deployment),
        kind: 'api',
        emit: () => undefined,
        signal,
      }),
    )
    expect(error).to.include({code: 'RegionWanted', why: `${AWAY} is the primary`})
    expect(started).to.deep.equal([])
  })

  it('a pipeline without a region runs in the standby of now', async () => {
    const {sim, runs} = await failedOver(12_000)
    const {world} = sim.connect()
    const pipelines = {
      look: async (region: string) => ({region, pipeline: `pipeline in ${region}`, executions: []}),
    } as unknown as Pipelines
    const {region} = await startPipeline({
      target: 'lab',
      deployment: sim.deployment,
      world,
      pipelines,
      recent: () => recentRuns(runs, sim.deployment),
      region: undefined,
      command: 'switchover',
      dryRun: true,
      emit: () => undefined,
      signal,
    })
    expect(region).to.equal(HOME)
  })

  it('watching ends when RDS has shown the region for a while without a break', async () => {
    const sim = new SimulatedWorld()
    const {world} = sim.connect()
    const step = watchRoles({to: HOME})
    const began = sim.clock.now()
    const context = {signal, note: () => undefined, runId: 'test', accepted: async () => undefined}
    while (!(await step.isDone(world, context))) await sim.clock.sleep(500)
    expect(sim.clock.now() - began).to.be.within(15_000, 16_500)
  })
})
