import {expect} from 'chai'
import {runResume} from '../../../src/actions/resume/run.js'
import type {ResumeInput} from '../../../src/actions/resume/run.js'
import {SCHEMAS} from '../../../src/actions/resume/result.js'
import {recentRuns} from '../../../src/engine/unfinished.js'
import type {DrEvent} from '../../../src/messages.js'
import type {Intent} from '../../../src/model/plan.js'
import type {PlanOptions} from '../../../src/plans/index.js'
import type {Consent} from '../../../src/ports/consent.js'
import type {Run} from '../../../src/ports/runs.js'
import {planOf, start} from '../../engine/support.js'
import {memoryRun, memoryRuns} from '../../support/memory-run.js'
import {AWAY, HOME, SimulatedWorld} from '../../support/simulated-world.js'
import {thrownBy} from '../../support/thrown.js'

const yes: Consent = {given: () => true, ask: async () => true}

/** A deployment with the runs of one machine. */
class Setting {
  readonly kept: Run[] = []
  readonly events: DrEvent[] = []

  constructor(readonly sim = new SimulatedWorld()) {}

  /** Begins a switch as a command does; `killAt` cuts it. */
  async begin(intent: Intent, killAt?: string, options: PlanOptions = {}): Promise<Run> {
    const run = memoryRun(`2026010${this.kept.length + 1}T000000Z-${intent}-0001`)
    await start(this.sim, await planOf(this.sim, intent, options), {run, killAt})
    this.kept.push(run)
    // The lease of a killed process has run out.
    this.sim.leaseHolder = undefined
    return run
  }

  async resume(more: Partial<ResumeInput> = {}) {
    const {result, exit} = await runResume({
      target: 'lab',
      world: this.sim.connect().world,
      runs: memoryRuns(this.kept),
      undo: false,
      dryRun: false,
      maxLagSeconds: 5,
      emit: (event) => this.events.push(event),
      signal: new AbortController().signal,
      ...more,
    })
    expect(() => SCHEMAS.resume.parse(structuredClone(result))).not.to.throw()
    return {result, exit}
  }
}

describe('resume', () => {
  it('aws 1: an upgrade that was cut before it began is looked at again; one that has begun is ended, and not taken back', async () => {
    const setting = new Setting()
    const {sim} = setting
    await setting.begin('upgrade', 'before:upgrade-standby')
    sim.regions[AWAY]!.synchronization = 'pending-resync'
    const {exit, result} = await setting.resume()
    expect([exit, result.refusals.map(({gate}) => gate)]).to.deep.equal(['refused', ['standby-replicates']])
    sim.regions[AWAY]!.synchronization = 'connected'
    expect((await setting.resume()).result.outcome).to.include({status: 'done'})

    const begun = new Setting()
    await begun.begin('upgrade', 'after:upgrade-standby')
    expect(await thrownBy(begun.resume({undo: true}))).to.include({code: 'PromotionHasBegun', exit: 'refused'})
    expect((await begun.resume()).result.outcome).to.include({status: 'done', intent: 'upgrade'})
    expect(begun.sim.regions[HOME]!.engineVersion).to.equal(begun.sim.regions[AWAY]!.engineVersion)
    const told = begun.events.flatMap((event) => ('text' in event ? [event.text] : [])).join(' ')
    expect(told).to.contain('upgrade of us-east-2, then of us-east-1').and.to.contain('"engineVersion"')
  })

  it('does not say that there is no run where nobody could look for those of other machines', async () => {
    const setting = new Setting()
    const seenBut = (...silent: string[]) => ({...memoryRuns([]), unseen: async () => silent})
    expect(await thrownBy(setting.resume({runs: seenBut(HOME, AWAY)}))).to.include({
      code: 'RunsUnseen',
      exit: 'unknown',
    })
    expect((await setting.resume({runs: seenBut(HOME)})).exit).to.equal('done')
    expect(setting.events.at(-1)).to.have.property(
      'text',
      `There is no unfinished run to resume on this machine or in the regions that answer; ${HOME} did not.`,
    )
  })

  it('field report 1: a failover that was cut before its promotion asks for consent to the situation of now', async () => {
    const setting = new Setting()
    const {sim} = setting
    sim.lose(HOME)
    const run = await setting.begin('failover', 'before:promote')
    // Weeks later: the region is back, and 60 s of acknowledged writes have not reached the other one.
    sim.regions[HOME]!.lost = false
    sim.setLag(60_000)
    const before = sim.topology()
    const {result, exit} = await setting.resume()
    expect(exit).to.equal('refused')
    expect(result.refusals.map(({gate}) => gate)).to.deep.equal(['replica-caught-up', 'data-loss-consent'])
    expect(result.refusals[1]!.reason).to.contain('60 s behind')
    expect(result.outcome).to.equal(null)
    expect(sim.topology()).to.deep.equal(before)
    expect(await run.readJson('result.json')).to.equal(undefined)
    expect((await setting.resume({lossConsent: yes})).result.outcome).to.include({status: 'done'})
  })

  it('field report 1: a switchover that was cut is refused where its gates refuse now', async () => {
    const setting = new Setting()
    await setting.begin('switchover', 'before:promote')
    setting.sim.setLag(60_000)
    const {result, exit} = await setting.resume()
    expect(exit).to.equal('refused')
    expect(result.refusals.map(({gate}) => gate)).to.include('replication-healthy')
    expect(setting.sim.acts).to.deep.equal([])
  })

  it('field report 1: finishes a run whose promotion has begun without asking again, and shows what is left first', async () => {
    const setting = new Setting()
    await setting.begin('failover', 'after:promote')
    const {result, exit} = await setting.resume()
    expect(exit).to.equal('done')
    expect(result.rest.length).to.be.greaterThan(0)
    expect(result.rest.join(',')).not.to.contain('Fence')
    const shown = setting.events.findIndex(({code}) => code === 'plan')
    expect(shown).to.be.lessThan(setting.events.findIndex(({code}) => code === 'step-started'))
  })

  it('field report 1: does not promote again by itself where somebody has moved the primary back since', async () => {
    const setting = new Setting()
    await setting.begin('failover', 'after:promote')
    await setting.sim.clock.sleep(60_000)
    setting.sim.promoteNow(HOME)
    Object.assign(setting.sim.regions[AWAY]!, {
      isWriter: false,
      writable: false,
      synchronization: 'connected',
      lagSeconds: 0.1,
    })
    const acts = [...setting.sim.acts]
    const {exit, result} = await setting.resume()
    expect(exit).to.equal('refused')
    expect(result.refusals.map(({gate}) => gate)).to.include('data-loss-consent')
    expect(setting.sim.acts).to.deep.equal(acts)
  })

  it('field report 1: leaves a run behind when a later switch was carried out', async () => {
    const setting = new Setting()
    const old = await setting.begin('switchover', 'before:promote')
    setting.sim.regions[HOME]!.writers = 'open'
    await setting.begin('switchover')
    expect((await setting.resume()).result.run).to.equal(null)
    const acts = [...setting.sim.acts]
    expect(await thrownBy(setting.resume({run: old.id}))).to.include({code: 'RunSuperseded', exit: 'refused'})
    expect(await thrownBy(setting.resume({run: old.id, undo: true}))).to.include({code: 'RunSuperseded'})
    expect(setting.sim.acts).to.deep.equal(acts)
  })

  it('field report 1: knows a run of an earlier deployment of the same name', async () => {
    const setting = new Setting()
    const run = await setting.begin('failover', 'before:promote')
    setting.sim.deployment.edge.distributionId = 'E2'
    expect((await recentRuns(memoryRuns(setting.kept), setting.sim.deployment)).unfinished).to.deep.equal([])
    expect((await setting.resume({lossConsent: yes})).result.run).to.equal(null)
    const refused = await thrownBy(setting.resume({run: run.id, lossConsent: yes}))
    expect(refused).to.include({code: 'RunOfAnotherDeployment', exit: 'refused'})
  })

  for (const drain of [false, true])
    it(`takes back what a run did before its promotion, from every point, and nothing after it${drain ? ', drained' : ''}`, async () => {
      const whole = new Setting()
      const points: string[] = []
      const before = whole.sim.topology()
      await start(whole.sim, await planOf(whole.sim, 'switchover', {drain}), {onPoint: (point) => points.push(point)})
      for (const point of points) {
        const setting = new Setting()
        const run = await setting.begin('switchover', point, {drain})
        const promoting = points.indexOf(point) >= points.indexOf('before:promote')
        if (promoting) {
          const acts = [...setting.sim.acts]
          expect(await thrownBy(setting.resume({undo: true})), point).to.include({code: 'PromotionHasBegun'})
          expect(setting.sim.acts, point).to.deep.equal(acts)
          if (point === 'before:promote') {
            // Nothing was sent: after five minutes without a sign of it that is sure.
            await setting.sim.clock.sleep(5 * 60_000)
            expect((await setting.resume({undo: true})).exit).to.equal('done')
            expect(setting.sim.topology()).to.deep.equal(before)
          } else expect((await setting.resume()).exit, point).to.equal('done')
        } else {
          expect((await setting.resume({undo: true, dryRun: true})).result.outcome, point).to.equal(null)
          const {exit, result} = await setting.resume({undo: true})
          expect([exit, result.outcome!.status], point).to.deep.equal(['done', 'undone'])
          expect(setting.sim.topology(), point).to.deep.equal(before)
          const {last, endedAt} = await recentRuns(memoryRuns(setting.kept), setting.sim.deployment)
          expect([last, typeof endedAt], `${point}: it has ended, and nothing was carried out`).to.deep.equal([
            undefined,
            'number',
          ])
          expect((await setting.resume({run: run.id})).result.outcome, point).to.include({status: 'undone'})
        }
      }
    })

  it('changes nothing in a dry run', async () => {
    const setting = new Setting()
    await setting.begin('switchover', 'before:promote')
    const acts = [...setting.sim.acts]
    const {exit, result} = await setting.resume({dryRun: true})
    expect([exit, result.outcome]).to.deep.equal(['done', null])
    expect(result.rest).to.include(`Switch the primary from ${HOME} to ${AWAY}`)
    expect(setting.sim.acts).to.deep.equal(acts)
  })
})
