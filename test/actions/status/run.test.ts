import {expect} from 'chai'
import {SCHEMAS} from '../../../src/actions/status/result.js'
import type {StatusResult} from '../../../src/actions/status/result.js'
import {runStatus} from '../../../src/actions/status/run.js'
import {runResume} from '../../../src/actions/resume/run.js'
import type {Run} from '../../../src/ports/runs.js'
import {unprovenLines} from '../../../src/render/status.js'
import {planOf, start} from '../../engine/support.js'
import {memoryRun, memoryRuns} from '../../support/memory-run.js'
import {AWAY, HOME, SimulatedWorld} from '../../support/simulated-world.js'

const {signal} = new AbortController()

async function statusOf(sim: SimulatedWorld, runs: Run[]): Promise<StatusResult> {
  const {status} = await runStatus({target: 'lab', world: sim.connect().world, runs: memoryRuns(runs), signal})
  expect(() => SCHEMAS.status.parse(structuredClone(status))).not.to.throw()
  return status
}

const idOf = (runs: Run[], intent: string): string => `2026010${runs.length + 1}T000000Z-${intent}-0001`

describe('status', () => {
  it('field report 6: names a fence that was not proven, until its region is closed or a standby again', async () => {
    const sim = new SimulatedWorld()
    const runs: Run[] = []
    const fence = async () => (await statusOf(sim, runs)).unprovenFence
    sim.lose(HOME)
    const failover = memoryRun(idOf(runs, 'failover'))
    const {outcome} = await start(sim, await planOf(sim, 'failover'), {run: failover})
    expect(outcome!.unsure).to.include('fence-again')
    runs.push(failover)
    expect(await fence()).to.include({run: failover.id, region: HOME, to: AWAY})
    expect((await fence())!.byHand).to.deep.equal([])

    // It comes back, and still says yes to whoever asks it.
    sim.regions[HOME]!.lost = false
    const open = await statusOf(sim, runs)
    expect(open.unprovenFence!.byHand).to.have.length(3)
    expect(unprovenLines(open).join('\n'))
      .to.contain(`not proven that ${HOME} has stopped acknowledging writes`)
      .and.to.contain(`put-function-concurrency --region ${HOME}`)
    sim.regions[HOME]!.writers = 'fenced'
    expect(await fence()).to.equal(null)

    sim.regions[HOME]!.writers = 'open'
    await sim.returns(HOME)
    expect(await fence()).to.equal(null)
    // What the survivor says of a region that is silent again proves nothing.
    sim.lose(HOME)
    expect(await fence()).not.to.equal(null)
  })

  it('field report 6: says so of a failover that was cut after its promotion, and no longer when a later switch is done', async () => {
    const sim = new SimulatedWorld()
    sim.lose(HOME)
    const cut = memoryRun('20260101T000000Z-failover-0001')
    await start(sim, await planOf(sim, 'failover'), {run: cut, killAt: 'before:steer-edge'})
    sim.leaseHolder = undefined
    await sim.clock.sleep(5000)
    expect((await statusOf(sim, [cut])).unprovenFence).to.include({run: cut.id, region: HOME})
    await runResume({
      target: 'lab',
      world: sim.connect().world,
      runs: memoryRuns([cut]),
      undo: false,
      dryRun: false,
      maxLagSeconds: 5,
      emit: () => undefined,
      signal,
    })
    expect((await statusOf(sim, [cut])).unprovenFence).to.include({run: cut.id, region: HOME})

    await sim.returns(HOME)
    const back = memoryRun('20260102T000000Z-failback-0001')
    expect((await start(sim, await planOf(sim, 'failback'), {run: back})).outcome).to.include({status: 'done'})
    sim.lose(AWAY)
    expect((await statusOf(sim, [cut, back])).unprovenFence).to.equal(null)
  })

  it('field report 6: says nothing of a failover whose fence was proven, by the first try or by a later one', async () => {
    for (const back of [undefined, 'after:promote']) {
      const sim = new SimulatedWorld({edgeMs: 3000})
      if (back) sim.lose(HOME)
      const run = memoryRun()
      const onPoint = (at: string): void => {
        if (at === back) sim.regions[HOME]!.lost = false
      }

      expect((await start(sim, await planOf(sim, 'failover'), {run, onPoint})).outcome).to.include({status: 'done'})
      sim.lose(HOME)
      expect((await statusOf(sim, [run])).unprovenFence).to.equal(null)
    }
  })

  it('calls no standby lost whose functions start cold, and one that stays silent after both deadlines', async () => {
    for (const [answersMs, situation, tookMs] of [
      [[4000, 3000], 'Healthy', 6000],
      [[60_000, 60_000], 'StandbyLost', 8000],
    ] as const) {
      const sim = new SimulatedWorld()
      const answers = [...answersMs]
      sim.fault = async (call, region) => {
        if (call === 'health' && region === AWAY) await sim.clock.sleep(answers.shift() ?? 0)
      }
      const before = sim.clock.now()
      expect(await statusOf(sim, [])).to.include({situation})
      expect(sim.clock.now() - before).to.be.within(tookMs, tookMs + 100)
    }
  })

  it('waits once for a region that is gone', async () => {
    const sim = new SimulatedWorld()
    sim.lose(HOME)
    sim.fault = async (_call, region) => {
      if (region === HOME) await sim.clock.sleep(60_000)
    }
    const before = sim.clock.now()
    expect(await statusOf(sim, [])).to.include({situation: 'RegionLost'})
    expect(sim.clock.now() - before).to.be.within(3000, 3100)
  })
})
