import {expect} from 'chai'
import fc from 'fast-check'
import {hostname} from 'node:os'
import {DrError, Interruption, Unreachable} from '../../src/errors.js'
import type {JournalLine} from '../../src/engine/journal.js'
import type {DrEvent} from '../../src/messages.js'
import type {Plan} from '../../src/model/plan.js'
import {AWAY, HOME, SimulatedWorld, WRITER_TIMEOUT_SECONDS} from '../support/simulated-world.js'
import {memoryRun} from '../support/memory-run.js'
import {thrownBy} from '../support/thrown.js'
import type {Run} from '../../src/ports/runs.js'
import {planOf, resume, start, undo} from './support.js'
import type {Started} from './support.js'

const journalOf = async (run: {read(file: 'journal.ndjson'): Promise<unknown[]>}): Promise<JournalLine[]> =>
  (await run.read('journal.ndjson')) as JournalLine[]

const eventOf = (lines: JournalLine[], step: string): string[] =>
  lines.flatMap((line) => ('step' in line && line.step === step && line.event !== 'step-note' ? [line.event] : []))

const failing = (what: string, exit: 'failed' | 'refused' = 'failed'): DrError =>
  new DrError({code: 'Fault', exit, what})

describe('the engine', () => {
  it('fences, waits out the calls in flight, promotes, takes a write, and only then steers the edge', async () => {
    const sim = new SimulatedWorld()
    const {outcome, run} = await start(sim, await planOf(sim, 'failover'))
    expect(outcome).to.include({status: 'done', exit: 'done'})
    expect(sim.acts).to.deep.equal([`fence ${HOME}`, `failover ${AWAY}`, `steer ${AWAY}`])
    expect(sim.topology()).to.deep.include({edge: AWAY, away: {isWriter: true, writers: 'open', canaries: 0}})
    expect(eventOf(await journalOf(run), 'canary')).to.deep.equal(['step-intent', 'step-done'])
    const fence = outcome!.phases.find((phase) => phase.id === 'fence')
    expect(fence!.seconds).to.be.within(WRITER_TIMEOUT_SECONDS, WRITER_TIMEOUT_SECONDS + 1)
  })

  for (const intent of ['failover', 'switchover'] as const)
    it(`defect 1: traffic moves after the database is promoted and has taken a write: ${intent}`, async () => {
      const sim = new SimulatedWorld()
      const whenSteered: object[] = []
      sim.fault = (call) => {
        const tookWrite = sim.acknowledged.some((one) => one.region === AWAY)
        if (call === 'steer') whenSteered.push({promoted: sim.regions[AWAY]!.writable, tookWrite})
      }

      expect((await start(sim, await planOf(sim, intent))).outcome).to.include({status: 'done'})
      expect(whenSteered).to.deep.equal([{promoted: true, tookWrite: true}])
    })

  it('health 04: functions that start cold for two seconds hold a failover up once, and not at all while it waits for a lost region', async () => {
    const COLD_MS = 2000
    for (const [hang, most] of [
      [false, COLD_MS + 100],
      [true, 4500],
    ] as const) {
      const sim = new SimulatedWorld({hang, promotionMs: 300})
      sim.lose(HOME)
      const plan = await planOf(sim, 'failover')
      const warmAt = new Map<string, number>()
      const began = sim.clock.now()
      let steeredAt = Infinity
      sim.fault = async (call, at) => {
        if (call === 'steer') steeredAt = Math.min(steeredAt, sim.clock.now() - began)
        if (at !== AWAY || !/^api (?:POST|DELETE)/.test(call)) return
        if (!warmAt.has(call)) warmAt.set(call, sim.clock.now() + COLD_MS)
        await sim.clock.sleep(Math.max(0, warmAt.get(call)! - sim.clock.now()))
      }
      expect((await start(sim, plan)).outcome).to.include({status: 'done'})
      expect(steeredAt).to.be.below(most)
    }
  })

  it('outage: waits for the disk before an act, and not after it', async () => {
    const DISK_MS = 1000
    const sim = new SimulatedWorld({promotionMs: 300})
    sim.lose(HOME)
    const plan = await planOf(sim, 'failover')
    const run = memoryRun()
    const slow: Run = {
      ...run,
      async append(...args) {
        await run.append(...args)
        await sim.clock.sleep(DISK_MS)
      },
    }
    const began = sim.clock.now()
    let steeredAt: number | undefined
    let unwritten: string[] = []
    sim.fault = async (call) => {
      if (!['fence', 'failover', 'steer'].includes(call)) return
      const intents = (await journalOf(run)).filter(({event}) => event === 'step-intent')
      const stepOfCall = {failover: 'promote', steer: 'steer-edge'}[call] ?? call
      if (!intents.some((line) => 'step' in line && line.step === stepOfCall)) unwritten = [...unwritten, call]
      if (call === 'steer') steeredAt ??= sim.clock.now()
    }
    expect((await start(sim, plan, {run: slow})).outcome).to.include({status: 'done'})
    expect(unwritten).to.deep.equal([])
    // The beginning, the waiver, the lease, and the acts of three stages.
    expect(steeredAt! - began).to.be.below(7 * DISK_MS)
  })

  it('outage: takes the lease while the beginning is recorded, and gives it back where that fails', async () => {
    for (const fails of [false, true]) {
      const sim = new SimulatedWorld()
      const plan = await planOf(sim, 'failover')
      const run = memoryRun()
      let recordedAt = Infinity
      const slow: Run = {
        ...run,
        async writeJson(file, value) {
          await sim.clock.sleep(1000)
          if (fails && file === 'plan.json') throw new Error('ENOSPC: no space left on device')
          await run.writeJson(file, value)
          recordedAt = Math.min(recordedAt, sim.clock.now())
        },
      }
      let takenAt = Infinity
      sim.fault = (call) => {
        if (call === 'lease') takenAt = Math.min(takenAt, sim.clock.now())
      }
      const started = await start(sim, plan, {run: slow}).catch((error: unknown) => error)
      expect(takenAt).to.be.below(recordedAt)
      if (fails) expect(started).to.include({code: 'JournalLost'})
      else expect((started as Started).outcome).to.include({status: 'done'})
      expect(sim.acts.length > 0).to.equal(!fails)
      expect(sim.leaseHolder).to.equal(undefined)
    }
  })

  it('health 04: asks the new primary for a write of its own only where the promotion was not proven by one', async () => {
    for (const byWrite of [true, false]) {
      const sim = new SimulatedWorld()
      sim.fault = async (call, at) => {
        const promoting = sim.switching !== undefined && call === 'api POST' && at === AWAY
        if (!byWrite && promoting) await sim.clock.sleep(4000)
      }
      const {outcome, run} = await start(sim, await planOf(sim, 'failover'))
      expect(outcome).to.include({status: 'done'})
      const expected = byWrite ? ['step-skipped'] : ['step-intent', 'step-done']
      expect(eventOf(await journalOf(run), 'takes-write')).to.deep.equal(expected)
      expect(sim.topology()).to.deep.include({away: {isWriter: true, writers: 'open', canaries: 0}})
    }
  })

  it('promotes at once when the lost region hangs: the fence costs one delay, and the rest of it is left out', async () => {
    const sim = new SimulatedWorld({hang: true})
    sim.lose(HOME)
    const {outcome, run} = await start(sim, await planOf(sim, 'failover'))
    expect(outcome).to.include({status: 'done', exit: 'done'})
    expect(outcome!.unsure).to.deep.equal(['fence', 'fence-again'])
    const lines = await journalOf(run)
    const promoted = lines.find((line) => line.event === 'step-intent' && line.step === 'promote')!
    expect(promoted.at - lines[0]!.at).to.be.lessThan(5000)
    expect(eventOf(lines, 'in-flight')).to.deep.equal(['step-skipped'])
    expect(eventOf(lines, 'canary')).to.deep.equal(['step-skipped'])
    expect(lines.some((line) => line.event === 'gate' && line.waivedBy === 'allow-data-loss')).to.equal(true)
  })

  for (const back of ['after:promote', 'after:takes-write', 'before:steer-edge', 'before:verify-edge'])
    it(`field report 6: fences a lost region that comes back before the end, ${back}`, async () => {
      const sim = new SimulatedWorld({hang: true, edgeMs: 3000})
      sim.lose(HOME)
      const onPoint = (at: string): void => {
        if (at === back) sim.regions[HOME]!.lost = false
      }

      const {outcome, run} = await start(sim, await planOf(sim, 'failover'), {onPoint})
      expect(outcome).to.include({status: 'done', exit: 'done'})
      expect(outcome!.unsure).to.deep.equal(['fence'])
      expect(sim.regions[HOME]!.writers).to.equal('fenced')
      expect(eventOf(await journalOf(run), 'fence-again')).to.deep.equal(['step-intent', 'step-done'])
    })

  it('field report 6: says at the end what is not proven, and waits for nothing for it', async () => {
    const sim = new SimulatedWorld({hang: true})
    sim.lose(HOME)
    const plan = await planOf(sim, 'failover')
    const began = sim.clock.now()
    const events: DrEvent[] = []
    const {outcome} = await start(sim, plan, {emit: (event) => events.push(event)})
    expect(outcome).to.include({status: 'done', exit: 'done'})
    expect(sim.clock.now() - began).to.be.lessThan(15_000)
    const last = events.at(-1)!
    expect(last.code).to.equal('warning')
    expect('text' in last && last.text).to.contain(`not proven that ${HOME} has stopped acknowledging writes`)
  })

  it('field report 6: says so too where the second fence is not allowed', async () => {
    const sim = new SimulatedWorld()
    sim.lose(HOME)
    const plan = await planOf(sim, 'failover')
    const onPoint = (at: string): void => {
      if (at !== 'after:promote') return
      sim.regions[HOME]!.lost = false
      sim.fault = (call) => {
        if (call === 'fence') throw new DrError({code: 'AccessDenied', exit: 'credentials', what: 'no'})
      }
    }

    const {outcome} = await start(sim, plan, {onPoint})
    expect(outcome).to.include({status: 'done'})
    expect(outcome!.unsure).to.deep.equal(['fence', 'fence-again'])
  })

  it('does not promote past an unproven fence without a waiver, and takes nothing for undone that it cannot see', async () => {
    const sim = new SimulatedWorld()
    const plan = await planOf(sim, 'failover')
    sim.regions[HOME]!.lambdaLost = true
    sim.regions[HOME]!.apiUp = false
    const {outcome} = await start(sim, plan, {waivers: []})
    expect(outcome).to.include({status: 'stopped', exit: 'stopped'})
    expect(outcome!.failure!.code).to.equal('FenceUnsure')
    expect(sim.acts).to.deep.equal([])
  })

  it('goes on under the same lease on the machine of the process that died, and under another one elsewhere', async () => {
    const sim = new SimulatedWorld()
    const {run} = await start(sim, await planOf(sim, 'switchover'), {killAt: 'before:promote', owner: 'ann run-1'})
    expect(sim.leaseHolder).to.equal('ann run-1')
    const lines = await journalOf(run)
    const there = memoryRun(run.id)
    await there.writeJson('plan.json', (await run.readJson('plan.json')) as object)
    for (const line of lines)
      await there.append('journal.ndjson', line.event === 'run-started' ? {...line, host: 'another.example'} : line)
    // Nobody here can see whether the process lives: its lease says so.
    expect(await thrownBy(resume(sim, there))).to.include({code: 'LeaseHeld', exit: 'refused'})
    sim.leaseHolder = undefined
    expect((await resume(sim, there, {killAt: 'before:takes-write'}))?.status).to.equal(undefined)
    expect(sim.leaseHolder).to.equal(`ann run-1, resumed on ${hostname()}`)
    expect((await resume(sim, there))?.status).to.equal('done')
  })

  it('promotes nothing while a region that cannot be fenced still acknowledges writes', async () => {
    const sim = new SimulatedWorld()
    const plan = await planOf(sim, 'failover')
    sim.regions[HOME]!.lambdaLost = true
    const {outcome} = await start(sim, plan)
    expect(outcome!.failure!.code).to.equal('StillWriting')
    expect(sim.acts).to.deep.equal([])
    expect(sim.regions[HOME]!.rows.size).to.equal(0)
  })

  it('leaves no canary row where its removal fails at first, and still says what is wrong', async () => {
    const sim = new SimulatedWorld()
    const before = sim.topology()
    const plan = await planOf(sim, 'failover')
    const failed = new Set<string>()
    sim.fault = (call) => {
      if (call !== 'fence' && (call !== 'api DELETE' || failed.has(call))) return
      failed.add(call)
      throw failing('InternalFailure')
    }

    const {outcome} = await start(sim, plan)
    expect(failed).to.have.length(2)
    expect(outcome).to.include({status: 'undone', exit: 'refused'})
    expect(outcome!.failure!.code).to.equal('StillWriting')
    expect(sim.topology()).to.deep.equal(before)
  })

  it('takes the fence back, and the canary row away, when a fenced region still acknowledges', async () => {
    const sim = new SimulatedWorld()
    const before = sim.topology()
    sim.regions[HOME]!.fenceLeaks = true
    const {outcome, run} = await start(sim, await planOf(sim, 'switchover', {drain: true}), {waivers: []})
    expect(outcome).to.include({status: 'undone', exit: 'refused'})
    expect(outcome!.failure!.code).to.equal('FenceLeaks')
    expect(sim.topology()).to.deep.equal(before)
    expect(eventOf(await journalOf(run), 'fence')).to.deep.equal(['step-intent', 'step-done', 'step-undone'])
    expect(await run.readJson('result.json')).to.include({status: 'undone'})
  })

  it('defect 13: takes everything back when RDS refuses the promotion for good', async () => {
    const sim = new SimulatedWorld()
    const before = sim.topology()
    sim.fault = (call) => {
      if (call === 'switchover') throw failing('The engine versions differ', 'refused')
    }

    const {outcome} = await start(sim, await planOf(sim, 'switchover'), {waivers: []})
    expect(outcome).to.include({status: 'undone', exit: 'refused'})
    expect(sim.topology()).to.deep.equal(before)
  })

  it('aws 02: undoes when AWS cancels a switchover that it had accepted: after two minutes, and with its event', async () => {
    const sim = new SimulatedWorld()
    const before = sim.topology()
    sim.cancels = 'openly'
    const began = sim.clock.now()
    const {outcome, run} = await start(sim, await planOf(sim, 'switchover'))
    expect(outcome).to.include({status: 'undone', exit: 'refused'})
    expect(outcome!.failure).to.include({code: 'PromotionCancelled'})
    expect(outcome!.failure!.why).to.contain('is cancelled')
    expect(sim.topology()).to.deep.equal(before)
    expect(sim.clock.now() - began).to.be.within(120_000, 180_000)
    const notes = (await journalOf(run)).flatMap((line) => (line.event === 'step-note' ? [line.text] : []))
    expect(notes).to.include('AWS accepted (pending) the promotion of us-east-2, but does not show it yet')
  })

  it('aws 02: opens no old primary after an accepted failover, whatever AWS says; a person may, once AWS has given up', async () => {
    const sim = new SimulatedWorld()
    sim.cancels = 'openly'
    const {outcome, run} = await start(sim, await planOf(sim, 'failover'))
    expect(outcome).to.include({status: 'stopped', exit: 'stopped'})
    expect(outcome!.failure).to.include({code: 'PromotionCancelled'})
    expect(sim.acts.some((act) => act.startsWith('unfence'))).to.equal(false)
    const again = new SimulatedWorld()
    again.cancels = 'silently'
    const silent = await start(again, await planOf(again, 'failover'))
    await again.clock.sleep(600_000)
    expect(await undo(again, silent.run).catch((error: unknown) => error)).to.include({code: 'PromotionNotGivenUp'})
    expect(again.acts.some((act) => act.startsWith('unfence'))).to.equal(false)
    await sim.clock.sleep(600_000)
    expect(await undo(sim, run)).to.include({status: 'undone'})
  })

  it('aws 02: looks in both regions: a target that shows an old state, or is slow for a while, ends no failover', async () => {
    for (const how of ['old', 'slow'] as const) {
      const sim = new SimulatedWorld({promotionMs: 60_000})
      const plan = await planOf(sim, 'failover')
      sim.fault = async (call, at) => {
        if (how === 'slow' && call === 'describe' && at === AWAY) await sim.clock.sleep(20_000)
      }
      if (how === 'old') sim.oldView = {regions: [AWAY], until: Infinity}
      const {outcome} = await start(sim, plan)
      expect(outcome, how).to.include({status: 'done'})
      expect(
        sim.acts.filter((act) => act === `failover ${AWAY}`),
        how,
      ).to.have.length(1)
    }
  })

  for (const intent of ['switchover', 'failover'] as const) {
    it(`field report 5: opens nothing when an accepted ${intent} cannot be seen and no event explains it`, async () => {
      const sim = new SimulatedWorld()
      sim.cancels = 'silently'
      const {outcome, run} = await start(sim, await planOf(sim, intent))
      expect(outcome).to.include({status: 'stopped', exit: 'stopped'})
      expect(outcome!.failure).to.include({code: 'PromotionUnseen'})
      expect(sim.acts.some((act) => act.startsWith('unfence'))).to.equal(false)
      expect(await run.readJson('result.json')).to.equal(undefined)
      sim.cancels = undefined
      expect(await resume(sim, run)).to.include({status: 'done'})
    })

    it(`field report 5: waits for an accepted ${intent} that is invisible for longer than anybody expected`, async () => {
      const sim = new SimulatedWorld({promotionMs: 120_000, hiddenMs: 90_000})
      const {outcome} = await start(sim, await planOf(sim, intent))
      expect(outcome).to.include({status: 'done'})
      expect(sim.acts.filter((act) => act === `${intent} ${AWAY}`)).to.have.length(1)
      expect(sim.acts.indexOf(`unfence ${HOME}`)).to.be.oneOf([-1, sim.acts.length - 1])
    })

    it(`field report 5: takes nothing back when the answer to the ${intent} was lost, and Ctrl-C comes before it is seen`, async () => {
      const sim = new SimulatedWorld({promotionMs: 120_000, hiddenMs: 90_000})
      const plan = await planOf(sim, intent)
      const {world} = sim.connect()
      const interrupt = new AbortController()
      sim.fault = (call) => {
        if (call !== intent) return
        sim.fault = () => undefined
        void (intent === 'failover' ? world.database.failover(AWAY) : world.database.switchover(HOME, AWAY))
        void sim.clock.sleep(5000).then(() => interrupt.abort())
        throw new Unreachable('the answer was lost')
      }

      const {outcome, run} = await start(sim, plan, {signal: interrupt.signal})
      expect(outcome).to.include({status: 'stopped', exit: 'stopped'})
      expect(sim.acts.some((act) => act.startsWith('unfence'))).to.equal(false)
      expect(await resume(sim, run)).to.include({status: 'done'})
    })
  }

  it('field report 8: finishes or takes back, from whichever line on the journal is refused by the disk', async () => {
    for (const intent of ['switchover', 'failover'] as const) {
      const whole = new SimulatedWorld()
      const before = whole.topology()
      const {run: reference} = await start(whole, await planOf(whole, intent))
      const lines = (await journalOf(reference)).length
      for (let kept = 0; kept <= lines; kept++) {
        const sim = new SimulatedWorld()
        const run = memoryRun()
        let left = kept
        const full: Run = {
          ...run,
          async append(...args) {
            if (left-- <= 0) throw new Error('ENOSPC: no space left on device')
            return run.append(...args)
          },
        }
        const started = await start(sim, await planOf(sim, intent), {run: full}).catch((error: unknown) => error)
        const at = `${intent}, ${kept} lines kept`
        if (started instanceof Error) {
          expect(started, at).to.include({code: 'JournalLost'})
          expect(started.message, at).to.contain(run.folder)
          expect(sim.acts, at).to.deep.equal([])
        } else {
          const {status} = (started as Started).outcome!
          expect(status, at).to.be.oneOf(['done', 'undone'])
          expect(sim.topology(), at).to.deep.equal(status === 'done' ? whole.topology() : before)
        }

        expect(sim.leaseHolder, at).to.equal(undefined)
      }
    }
  })

  it('field report 8: takes back when the terminal goes away before the promotion, and finishes after it', async () => {
    const whole = new SimulatedWorld()
    const points: string[] = []
    const before = whole.topology()
    await start(whole, await planOf(whole, 'switchover'), {onPoint: (point) => points.push(point)})
    for (const point of points) {
      const sim = new SimulatedWorld()
      const terminal = new AbortController()
      const onPoint = (at: string): void => {
        if (at === point) terminal.abort(new Interruption('SIGHUP', true))
      }

      const {outcome} = await start(sim, await planOf(sim, 'switchover'), {signal: terminal.signal, onPoint})
      const status = points.indexOf(point) < points.indexOf('before:promote') ? 'undone' : 'done'
      expect(outcome, point).to.include({status})
      expect(sim.topology(), point).to.deep.equal(status === 'done' ? whole.topology() : before)
    }
  })

  it('reads the state again after an opaque fault of the promotion, and does not send it twice', async () => {
    const sim = new SimulatedWorld()
    const plan = await planOf(sim, 'failover')
    const {world} = sim.connect()
    let faults = 0
    sim.fault = (call) => {
      if (call !== 'failover' || faults++ > 0) return
      sim.fault = () => undefined
      void world.database.failover(AWAY)
      throw failing('InternalFailure')
    }

    const {outcome} = await start(sim, plan)
    expect(outcome!.status).to.equal('done')
    expect(sim.acts.filter((act) => act.startsWith('failover'))).to.have.length(1)
  })

  for (const [silence, hang] of [
    ['fails', false],
    ['is not answered', true],
  ] as const)
    it(`defect 4: a wait ends by its deadline where every describe ${silence}`, async () => {
      const sim = new SimulatedWorld({hang, promotionMs: 86_400_000})
      const plan = await planOf(sim, 'failover')
      sim.fault = (call) => {
        if (!sim.switching) return
        if (hang) sim.lose(AWAY)
        else if (call === 'describe') throw failing('InternalFailure')
      }

      const began = sim.clock.now()
      const {outcome} = await start(sim, plan)
      const {deadlineSeconds} = plan.stages.flat().find((step) => step.pointOfNoReturn)!
      expect(outcome).to.include({status: 'stopped', exit: 'stopped'})
      expect(outcome!.failure).to.include({step: 'promote', code: 'DeadlinePassed'})
      expect((sim.clock.now() - began) / 1000).to.be.within(deadlineSeconds, deadlineSeconds + 60)
      expect(sim.edgeKey).to.equal(HOME)
    })

  it('field report 4: does not carry out a plan that was changed after it had been started', async () => {
    const sim = new SimulatedWorld()
    const {run} = await start(sim, await planOf(sim, 'failover'), {killAt: 'before:fence'})
    const plan = (await run.readJson('plan.json')) as Plan
    await run.writeJson('plan.json', {...plan, stages: plan.stages.filter(([step]) => step!.id !== 'fence')})
    expect(await thrownBy(resume(sim, run))).to.include({code: 'PlanChanged', exit: 'refused'})
    expect(sim.acts).to.deep.equal([])
  })

  it('field report 4: is resumed although another process has got its process id since', async () => {
    const sim = new SimulatedWorld()
    const {run} = await start(sim, await planOf(sim, 'switchover'), {killAt: 'before:promote', owner: 'ann run-1'})
    const there = memoryRun(run.id)
    await there.writeJson('plan.json', (await run.readJson('plan.json')) as object)
    // The process before this one, whose id lives.
    for (const line of await journalOf(run))
      await there.append('journal.ndjson', line.event === 'run-started' ? {...line, pid: process.ppid} : line)
    expect(await resume(sim, there)).to.include({status: 'done'})
  })

  it('field report 4: an undone run is undone however often it is resumed, and its exit status says so', async () => {
    const sim = new SimulatedWorld()
    sim.regions[HOME]!.fenceLeaks = true
    const {run} = await start(sim, await planOf(sim, 'switchover', {drain: true}), {waivers: []})
    expect(await resume(sim, run)).to.include({status: 'undone', exit: 'refused'})
  })

  it('stops with exit 4 after the promotion, says what a person can do, and resumes', async () => {
    const sim = new SimulatedWorld()
    const plan = await planOf(sim, 'failover')
    sim.edgeLost = true
    const {outcome, run} = await start(sim, plan)
    expect(outcome).to.include({status: 'stopped', exit: 'stopped'})
    expect(outcome!.failure!.next).to.contain(`https://${AWAY}/prod/v1`)
    expect(await run.readJson('result.json')).to.equal(undefined)
    sim.edgeLost = false
    expect((await resume(sim, run))!.status).to.equal('done')
    expect(sim.acts.filter((act) => act.startsWith('failover'))).to.have.length(1)
  })

  it('undoes on Ctrl-C before the promotion, and stops on Ctrl-C after it', async () => {
    for (const [point, status, exit] of [
      ['before:canary', 'undone', 'interrupted'],
      ['after:promote', 'stopped', 'stopped'],
    ] as const) {
      const sim = new SimulatedWorld()
      const before = sim.topology()
      const interrupt = new AbortController()
      const onPoint = (at: string): void => {
        if (at === point) interrupt.abort()
      }

      const plan = await planOf(sim, 'switchover', {drain: true})
      const {outcome, run} = await start(sim, plan, {signal: interrupt.signal, onPoint})
      expect(outcome).to.include({status, exit})
      if (status === 'undone') expect(sim.topology()).to.deep.equal(before)
      else expect((await resume(sim, run))!.status).to.equal('done')
    }
  })

  it('lets the second of two operators do nothing, with exit 3', async () => {
    const sim = new SimulatedWorld()
    const plan = await planOf(sim, 'switchover')
    const first = start(sim, plan, {owner: 'a'})
    await sim.clock.sleep(1000)
    const second = await start(sim, plan, {owner: 'b'}).catch((error: unknown) => error)
    expect(second).to.be.instanceOf(DrError)
    expect(second).to.include({code: 'LeaseHeld', exitStatus: 3})
    expect((await first).outcome!.status).to.equal('done')
    expect(sim.leaseHolder).to.equal(undefined)
  })

  it('changes nothing more once another operator has taken the lease over', async () => {
    const sim = new SimulatedWorld({promotionMs: 600_000})
    const running = start(sim, await planOf(sim, 'switchover'))
    await sim.clock.sleep(60_000)
    sim.leaseHolder = 'somebody else'
    const {outcome} = await running
    expect(outcome).to.include({status: 'stopped', exit: 'stopped'})
    expect(outcome!.failure!.code).to.equal('LeaseLost')
    expect(sim.acts.at(-1)).to.equal(`switchover ${AWAY}`)
  })

  for (const point of ['before:fence', 'before:promote', 'before:steer-edge'])
    it(`field report 2: stops after a pause that is longer than its lease, ${point}: nothing of it acts, nothing is undone`, async () => {
      const sim = new SimulatedWorld()
      let before: string[] = []
      const onPoint = (at: string): void => {
        if (at !== point) return
        before = [...sim.acts]
        sim.clock.jump(61_000)
      }

      const {outcome, run} = await start(sim, await planOf(sim, 'failover'), {onPoint})
      expect(outcome).to.include({status: 'stopped', exit: 'stopped'})
      expect(outcome!.failure).to.include({code: 'LeaseLost'})
      expect(sim.acts).to.deep.equal(before)
      expect(await run.readJson('result.json')).to.equal(undefined)
    })

  it('field report 2: promotes nothing when another has held the lease and given it back during a short pause', async () => {
    const sim = new SimulatedWorld()
    const onPoint = (at: string): void => {
      if (at === 'before:promote') sim.leaseToken++
    }

    const {outcome} = await start(sim, await planOf(sim, 'failover'), {onPoint})
    expect(outcome!.failure).to.include({code: 'LeaseLost', step: 'promote'})
    expect(sim.acts).to.deep.equal([`fence ${HOME}`])
  })

  it('writes the fencing number beside each intent, and a higher one after a resume', async () => {
    const sim = new SimulatedWorld()
    const {run} = await start(sim, await planOf(sim, 'switchover'), {killAt: 'before:promote'})
    await resume(sim, run)
    const tokens = (await journalOf(run)).flatMap((line) => (line.event === 'step-intent' ? [line.token] : []))
    expect([...new Set(tokens)]).to.deep.equal([1, 2])
  })

  it('goes on where nobody answers for the lease: a region that falls apart must not stop the switch away from it', async () => {
    const sim = new SimulatedWorld({promotionMs: 300_000})
    const plan = await planOf(sim, 'failover')
    const onPoint = (at: string): void => {
      if (at !== 'before:promote') return
      sim.fault = (call) => {
        if (call === 'lease') throw failing('ServiceUnavailable')
      }
    }

    expect((await start(sim, plan, {onPoint})).outcome).to.include({status: 'done'})
  })

  it('resumes at once although the killed process still holds the lease, which is of the run', async () => {
    const sim = new SimulatedWorld()
    const {run} = await start(sim, await planOf(sim, 'switchover'), {owner: 'ann run-1', killAt: 'after:promote'})
    expect(sim.leaseHolder).to.equal('ann run-1')
    expect((await resume(sim, run))!.status).to.equal('done')
    expect(sim.leaseHolder).to.equal(undefined)
  })

  it('does not resume while another run holds the lease, names its holder, and can be resumed later', async () => {
    const sim = new SimulatedWorld()
    const {run} = await start(sim, await planOf(sim, 'switchover'), {owner: 'ann run-1', killAt: 'after:warm-target'})
    sim.leaseHolder = 'bob run-2'
    const acts = [...sim.acts]
    const refused: unknown = await resume(sim, run).catch((error: unknown) => error)
    expect(refused).to.include({code: 'LeaseHeld', exitStatus: 3})
    expect((refused as DrError).message).to.contain('bob run-2')
    expect([sim.acts, sim.leaseHolder]).to.deep.equal([acts, 'bob run-2'])
    sim.leaseHolder = undefined
    expect((await resume(sim, run))!.status).to.equal('done')
  })

  it('says so when a finished run is resumed, and does nothing', async () => {
    const sim = new SimulatedWorld()
    const {run} = await start(sim, await planOf(sim, 'switchover'))
    const acts = [...sim.acts]
    expect((await resume(sim, run))!.status).to.equal('done')
    expect(sim.acts).to.deep.equal(acts)
  })

  it('leaves a fence alone that somebody else had put up before the run', async () => {
    const sim = new SimulatedWorld()
    sim.regions[HOME]!.writers = 'fenced'
    sim.fault = (call) => {
      if (call === 'switchover') throw failing('no', 'refused')
    }

    const {outcome} = await start(sim, await planOf(sim, 'switchover'))
    expect(outcome!.status).to.equal('undone')
    expect(sim.regions[HOME]!.writers).to.equal('fenced')
  })

  it('defect 13: fails back, after hours of waiting for the re-add of home, before which it touches nothing', async () => {
    const sim = new SimulatedWorld()
    sim.lose(HOME)
    await start(sim, await planOf(sim, 'failover'))
    void sim.returns(HOME, 3 * 3_600_000)
    const began = sim.clock.now()
    const {outcome} = await start(sim, await planOf(sim, 'failback'), {waivers: []})
    expect(outcome!.status).to.equal('done')
    expect(sim.clock.now() - began).to.be.greaterThan(3 * 3_600_000)
    expect(sim.topology()).to.deep.equal(new SimulatedWorld().topology())
  })
})

describe('random faults', function () {
  this.timeout(60_000)

  /** Clients write through the edge all the time; a call runs for anything up to the functions' timeout. */
  async function clients(sim: SimulatedWorld, seed: number[], until: {over: boolean}): Promise<void> {
    for (let n = 0; !until.over; n++) {
      const runningMs = ((seed[n % seed.length]! * 37 + n * 911) % WRITER_TIMEOUT_SECONDS) * 1000
      void sim.serve(sim.serving, {method: 'POST', path: '/v1', body: {requestId: `client-${n}`, task: 'x'}}, runningMs)
      await sim.clock.sleep(700)
    }
  }

  it('never let two regions acknowledge once the fence is said to stand, and always come to an end', async () => {
    const faults = fc.record({
      seed: fc.array(fc.nat(1000), {minLength: 1, maxLength: 10}),
      hang: fc.boolean(),
      lossAt: fc.option(fc.integer({min: 0, max: 20_000})),
      hiccups: fc.array(fc.integer({min: 1, max: 60}), {maxLength: 6}),
      intent: fc.constantFrom('failover' as const, 'switchover' as const),
    })
    await fc.assert(
      fc.asyncProperty(faults, async ({seed, hang, lossAt, hiccups, intent}) => {
        const sim = new SimulatedWorld({hang})
        const before = sim.topology()
        const plan = await planOf(sim, intent)
        let calls = 0
        sim.fault = () => {
          if (hiccups.includes(++calls)) throw failing('InternalFailure')
        }

        const until = {over: false}
        void clients(sim, seed, until)
        if (lossAt !== null) void sim.clock.sleep(lossAt).then(() => sim.lose(HOME))
        const {outcome, run} = await start(sim, plan).catch((error: unknown) => {
          expect(error).to.be.instanceOf(DrError)
          return {outcome: undefined, run: undefined}
        })
        until.over = true
        await sim.clock.sleep(60_000)
        if (!outcome || !run) return
        const lines = await journalOf(run)
        if (outcome.status === 'undone') expect(sim.topology()).to.deep.equal(before)
        const fenced = eventOf(lines, 'canary').includes('step-done')
        const newWrites = sim.acknowledged.filter((one) => one.region === AWAY)
        const oldWrites = sim.acknowledged.filter((one) => one.region === HOME)
        if (fenced && newWrites.length > 0 && outcome.status === 'done')
          expect(Math.max(0, ...oldWrites.map((one) => one.at))).to.be.lessThan(newWrites[0]!.at)
      }),
      {numRuns: 300},
    )
  })
})
