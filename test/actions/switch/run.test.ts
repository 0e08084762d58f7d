import {expect} from 'chai'
import {runSwitch, switchRefused} from '../../../src/actions/switch/run.js'
import type {SwitchInput} from '../../../src/actions/switch/run.js'
import {SCHEMAS} from '../../../src/actions/switch/result.js'
import type {SwitchResult} from '../../../src/actions/switch/result.js'
import {DrError, Unreachable} from '../../../src/errors.js'
import type {DrEvent} from '../../../src/messages.js'
import type {Waiver} from '../../../src/model/gate.js'
import type {SwitchIntent} from '../../../src/model/plan.js'
import type {Run} from '../../../src/ports/runs.js'
import {runReportMarkdown} from '../../../src/report/run-report.js'
import {storyOf} from '../../../src/report/story.js'
import {journalOf, memoryRun} from '../../support/memory-run.js'
import {thrownBy} from '../../support/thrown.js'
import {AWAY, HOME, SimulatedWorld} from '../../support/simulated-world.js'

interface Switched {
  result: SwitchResult
  events: DrEvent[]
  runs: Run[]
}

async function switched(sim: SimulatedWorld, intent: SwitchIntent, more: Partial<SwitchInput> = {}): Promise<Switched> {
  const events: DrEvent[] = []
  const runs: Run[] = []
  const result = await runSwitch({
    target: 'lab',
    intent,
    world: sim.connect().world,
    maxLagSeconds: 5,
    recent: async () => ({unfinished: []}),
    async newRun() {
      runs.push(memoryRun())
      return runs[0]!
    },
    operator: 'tester',
    emit: (event) => void events.push(event),
    signal: new AbortController().signal,
    ...more,
  })
  return {result, events, runs}
}

/** A person who says yes or no; `asked` counts how often the risk was shown. */
const person = (says: {given?: boolean; yes?: boolean}) => {
  const consent = {
    asked: 0,
    given: () => says.given ?? false,
    async ask(atRisk?: () => void) {
      consent.asked++
      atRisk?.()
      return says.yes ?? false
    },
  }
  return consent
}

const codes = (events: DrEvent[]): string[] => events.map(({code}) => code)

/** How a read fails: what `fault` of the simulated world does for it. */
const FAILURES: [string, (sim: SimulatedWorld) => Promise<void>][] = [
  [
    'is throttled',
    async () => {
      throw new DrError({code: 'Throttling', exit: 'failed', what: 'too many'})
    },
  ],
  [
    'is failed by AWS',
    async () => {
      throw new DrError({code: 'InternalFailure', exit: 'failed', what: 'oh'})
    },
  ],
  [
    'is reset',
    async () => {
      throw new Unreachable('reset')
    },
  ],
  ['hangs', ({clock}) => clock.sleep(30_000)],
]

describe('a switch', () => {
  for (const intent of ['failover', 'switchover'] as const)
    for (const [how, fail] of FAILURES)
      it(`field report 10: does not end for a read in the survivor that ${how}, first and every other time: ${intent}`, async () => {
        for (const read of ['describe', 'cluster', 'health', 'proxy', 'lag']) {
          const sim = new SimulatedWorld({hang: true})
          if (intent === 'failover') sim.lose(HOME)
          let reads = 0
          sim.fault = (call, at) => {
            if (call === read && at === AWAY && reads++ % 2 === 0) return fail(sim)
          }

          const waivers: Waiver[] = intent === 'failover' ? [{name: 'allow-data-loss', reason: 'the test'}] : []
          const {result} = await switched(sim, intent, {waivers})
          expect(result.refusals, read).to.deep.equal([])
          expect(result.outcome, read).to.include({status: 'done'})
          expect(reads, read).to.be.greaterThan(0)
        }
      })

  it('looks again, as a planned one, where an answer is missing, and is refused where it stays away', async () => {
    for (const [silentMs, status] of [
      [4000, 'done'],
      [60_000, undefined],
    ] as const) {
      const sim = new SimulatedWorld({hang: true})
      const end = sim.clock.now() + silentMs
      sim.fault = (call, at) =>
        call === 'cluster' && at === AWAY && sim.clock.now() < end ? sim.clock.sleep(30_000) : undefined
      const {result, events} = await switched(sim, 'switchover')
      expect(result.outcome?.status).to.equal(status)
      const notes = events.flatMap((event) =>
        event.code === 'note' && event.text.endsWith('looking again') ? [event.text] : [],
      )
      expect(notes[0]).to.match(/^the cluster in us-east-2: no answer within \d s; looking again$/)
      expect(notes.length).to.be.within(1, 2)
    }
  })

  it('looks, plans and runs; one run is kept, and the result fits its schema', async () => {
    const sim = new SimulatedWorld()
    const {result, events, runs} = await switched(sim, 'switchover')
    expect(result).to.deep.include({target: 'lab', intent: 'switchover', dryRun: false, refusals: [], waived: []})
    expect(result.outcome).to.include({status: 'done', from: HOME, to: AWAY, digest: result.digest})
    expect(SCHEMAS.switch.parse(result)).to.deep.equal(result)
    expect(codes(events).slice(0, 2)).to.deep.equal(['diagnosis', 'plan'])
    expect(runs).to.have.length(1)
    expect(sim.topology()).to.include({edge: AWAY})
  })

  it('field report 26: asks before it stops writes, after the gates; a no changes nothing', async () => {
    const sim = new SimulatedWorld()
    const asked: string[] = []
    const goAhead = async ({from, to}: {from: string; to: string}): Promise<void> => {
      asked.push(`${from} ${to}`)
      if (asked.length === 1) throw new Error('no')
    }

    const before = sim.topology()
    expect(await thrownBy(switched(sim, 'switchover', {goAhead}))).to.include({message: 'no'})
    expect(sim.topology()).to.deep.equal(before)
    expect((await switched(sim, 'switchover', {goAhead})).result.outcome).to.include({status: 'done'})
    // What is there already stops no writes.
    await switched(sim, 'switchover', {goAhead, to: AWAY})
    await switched(sim, 'switchover', {goAhead, dryRun: true})
    expect(asked).to.deep.equal([`${HOME} ${AWAY}`, `${HOME} ${AWAY}`])
  })

  it('ends after the gates in a dry run: no run, no change', async () => {
    const sim = new SimulatedWorld()
    const before = sim.topology()
    const {result, events, runs} = await switched(sim, 'switchover', {dryRun: true})
    expect(result).to.deep.include({dryRun: true, refusals: [], outcome: null})
    expect(codes(events).at(-1)).to.equal('done')
    expect(runs).to.deep.equal([])
    expect(sim.topology()).to.deep.equal(before)
  })

  it('is refused by a gate before a run is made, and the refusal can be thrown', async () => {
    const sim = new SimulatedWorld()
    sim.edgeLost = true
    const {result, events, runs} = await switched(sim, 'switchover')
    expect(result.refusals.map(({gate}) => gate)).to.deep.equal(['edge-steerable'])
    expect(result.outcome).to.equal(null)
    expect(events.filter(({code}) => code === 'refusal')).to.have.length(1)
    expect(runs).to.deep.equal([])
    const error = switchRefused(result)
    expect(error).to.include({code: 'Refused', exit: 'refused', next: result.refusals[0]!.hint})
    expect(error.message).to.contain('edge-steerable')
  })

  it('does not look at all where the region is not of the deployment', async () => {
    const sim = new SimulatedWorld()
    let error: unknown
    const {events} = await switched(sim, 'switchover', {to: 'eu-west-1'}).catch((error_: unknown) => {
      error = error_
      return {events: []}
    })
    expect(error).to.include({code: 'RegionUnknown', exit: 'usage'})
    expect(events).to.deep.equal([])
  })

  it('asks a person for the consent that is all that is missing, once and after the risk is shown', async () => {
    const sim = new SimulatedWorld()
    const consent = person({yes: true})
    const {result, events, runs} = await switched(sim, 'failover', {lossConsent: consent})
    expect(consent.asked).to.equal(1)
    const shown = events.flatMap((event) => (event.code === 'refusal' ? [`${event.gate} ${event.waived}`] : []))
    expect(shown).to.deep.equal(['data-loss-consent false', 'data-loss-consent true'])
    expect(result.outcome).to.include({status: 'done', to: AWAY})
    const waiver = (await journalOf(runs[0]!)).find((line) => line.event === 'waiver')
    expect(waiver).to.include({name: 'allow-data-loss'})
  })

  it('is refused where the person says no; one who gave it beforehand is not asked', async () => {
    const no = person({yes: false})
    const refused = await switched(new SimulatedWorld(), 'failover', {lossConsent: no})
    expect(refused.result.refusals.map(({gate}) => gate)).to.deep.equal(['data-loss-consent'])
    expect(refused.runs).to.deep.equal([])
    const given = person({given: true})
    const accepted = await switched(new SimulatedWorld(), 'failover', {lossConsent: given})
    expect(accepted.result.outcome).to.include({status: 'done'})
    expect(given.asked).to.equal(0)
  })

  it('asks nobody where another gate refuses too: consent would change nothing', async () => {
    const sim = new SimulatedWorld()
    sim.lose(AWAY)
    const consent = person({yes: true})
    const {result} = await switched(sim, 'failover', {lossConsent: consent})
    expect(consent.asked).to.equal(0)
    expect(result.refusals.map(({gate}) => gate)).to.include.members(['target-reachable', 'data-loss-consent'])
  })

  it('warns of a failover while everything is healthy, and of no other', async () => {
    const warned = async (sim: SimulatedWorld) =>
      codes((await switched(sim, 'failover', {dryRun: true})).events).includes('warning')
    expect(await warned(new SimulatedWorld())).to.equal(true)
    const lost = new SimulatedWorld()
    lost.lose(HOME)
    expect(await warned(lost)).to.equal(false)
  })

  it('counts deciding from the beginning of the look, or from when the drill saw the outage', async () => {
    const sim = new SimulatedWorld()
    const began = sim.clock.now()
    const decidedFrom = async (more: Partial<SwitchInput>) => {
      const {runs} = await switched(sim, 'switchover', more)
      const [first] = await journalOf(runs[0]!)
      return first!.event === 'run-started' ? first!.decidedFrom : undefined
    }

    expect(await decidedFrom({})).to.equal(began)
    expect(await decidedFrom({diagnosed: () => began + 1})).to.equal(began + 1)
  })

  it('keeps in its journal and its outcome who approved it, also where another machine resumes it', async () => {
    const approval = {
      pipeline: 'ToDoMgmt-failover-us-east-2',
      region: AWAY,
      execution: 'e1',
      by: 'arn:aws:iam::000000000000:user/ann',
      at: 1000,
      comment: 'us-east-1 is down',
    }
    const {result, runs} = await switched(new SimulatedWorld(), 'switchover', {approval})
    expect(result.outcome!.approval).to.deep.equal(approval)
    expect(SCHEMAS.switch.parse(result)).to.deep.equal(result)
    const lines = await journalOf(runs[0]!)
    expect(lines.slice(0, 2).map(({event}) => event)).to.deep.equal(['run-started', 'approved'])
    expect(await runs[0]!.readJson('result.json')).to.deep.include({approval})
    const without = await switched(new SimulatedWorld(), 'switchover')
    expect(without.result.outcome).not.to.have.property('approval')
    const story = storyOf(result.plan, lines)
    const page = runReportMarkdown({outcome: result.outcome!, story, target: 'prod', lab: false})
    expect(page).to.contain(`Approved by ${approval.by} at 1970-01-01T00:00:01.000Z: us-east-1 is down`)
  })
})
