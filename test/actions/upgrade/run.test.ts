import {expect} from 'chai'
import {SCHEMAS} from '../../../src/actions/upgrade/result.js'
import {runUpgrade} from '../../../src/actions/upgrade/run.js'
import type {UpgradeInput} from '../../../src/actions/upgrade/run.js'
import {recentRuns} from '../../../src/engine/unfinished.js'
import {Unreachable} from '../../../src/errors.js'
import type {DrEvent} from '../../../src/messages.js'
import type {Consent} from '../../../src/ports/consent.js'
import type {Run} from '../../../src/ports/runs.js'
import {linesOf} from '../../../src/render/lines.js'
import {planOf, start} from '../../engine/support.js'
import {golden} from '../../support/golden.js'
import {journalOf, memoryRun, memoryRuns} from '../../support/memory-run.js'
import {AWAY, HOME, SimulatedWorld} from '../../support/simulated-world.js'
import {thrownBy} from '../../support/thrown.js'

const LINE = '8.0.mysql_aurora.'
const yes: Consent = {given: () => true, ask: async () => true}
const nobody: Consent = {given: () => false, ask: async () => false}

async function upgraded(sim: SimulatedWorld, more: Partial<UpgradeInput> = {}, kept: Run[] = []) {
  const events: DrEvent[] = []
  const runs = memoryRuns(kept)
  const {world} = sim.connect()
  const {result, exit} = await runUpgrade({
    target: 'lab',
    world,
    to: '3.10.4',
    maxLagSeconds: 5,
    dryRun: false,
    consent: yes,
    recent: () => recentRuns(runs, world.deployment),
    newRun: () => runs.create('upgrade'),
    operator: 'tester',
    emit: (event) => void events.push(event),
    signal: new AbortController().signal,
    ...more,
  })
  expect(() => SCHEMAS.upgrade.parse(structuredClone(result))).not.to.throw()
  return {result, exit, events, kept}
}

const upgrades = ({acts}: SimulatedWorld): string[] => acts.filter((act) => act.startsWith('upgrade'))
const gatesOf = ({result}: Awaited<ReturnType<typeof upgraded>>): string[] => result.refusals.map(({gate}) => gate)

describe('aws 1: upgrade', () => {
  it('upgrades the standby, waits for its replication, then the primary, and says what the template must say', async () => {
    const sim = new SimulatedWorld()
    const {result, exit, events, kept} = await upgraded(sim)
    expect(exit).to.equal('done')
    expect(upgrades(sim)).to.deep.equal([`upgrade ${AWAY} ${LINE}3.10.4`, `upgrade ${HOME} ${LINE}3.10.4`])
    expect(result).to.deep.include({
      version: `${LINE}3.10.4`,
      running: {[HOME]: `${LINE}3.10.3`, [AWAY]: `${LINE}3.10.3`},
    })
    expect(result.outcome!.phases.map(({id}) => id)).to.include('upgrade')
    const last = events.findLast(({code}) => code === 'done') as {text: string}
    expect(last.text).to.contain(`both clusters run ${LINE}3.10.4`).and.to.contain('"engineVersion"')
    const lines = await journalOf(kept[0]!)
    const begun = lines.flatMap((line) => (line.event === 'step-intent' ? [line.step] : []))
    expect(begun.slice(0, 3)).to.deep.equal(['upgrade-standby', 'standby-replicates', 'upgrade-primary'])
  })

  it('goes by the live roles: after a failover home comes first', async () => {
    const sim = new SimulatedWorld()
    sim.promoteNow(AWAY)
    sim.steerNow(AWAY)
    Object.assign(sim.regions[HOME]!, {writable: false, synchronization: 'connected'})
    const {exit, result} = await upgraded(sim)
    expect([exit, result.plan.from, result.plan.to]).to.deep.equal(['done', HOME, AWAY])
    expect(upgrades(sim).map((act) => act.split(' ')[1])).to.deep.equal([HOME, AWAY])
  })

  it('changes nothing in a dry run, nor without consent, and says what it risks', async () => {
    for (const more of [{dryRun: true}, {consent: nobody}]) {
      const sim = new SimulatedWorld()
      const {exit, events, kept, result} = await upgraded(sim, more)
      expect(exit).to.equal('dryRun' in more ? 'done' : 'refused')
      expect(sim.acts).to.deep.equal([])
      expect(kept).to.deep.equal([])
      expect(result.outcome).to.equal(null)
      const said = events.flatMap((event) => (event.code === 'warning' ? [event.text] : [])).join('\n')
      expect(said).to.contain('20 to 30 seconds').and.to.contain('cannot take over')
    }
  })

  it('shows the plan, what it risks and what to do with it', async () => {
    const {events} = await upgraded(new SimulatedWorld(), {dryRun: true})
    const lines = events.flatMap((event) => linesOf(event)).map(({mark, text}) => `${mark} ${text}\n`)
    golden('upgrade/dry-run.txt', lines.join(''))
  })

  it('refuses a downgrade, another minor or major version, and what RDS does not list, and names what to do', async () => {
    const cases: [string, string, RegExp][] = [
      ['3.10.2', 'version', /older, and RDS has no way back/],
      ['3.11.0', 'version', /another minor version.*does not upgrade the members/],
      ['8.4.mysql_aurora.8.4.7', 'version', /^MAJOR UPGRADE/],
      ['3.10.9', 'upgrade-target', /cannot upgrade us-east-2 from .*3\.10\.3 to .*3\.10\.9/],
    ]
    for (const [to, gate, reason] of cases) {
      const sim = new SimulatedWorld()
      const ended = await upgraded(sim, {to})
      expect(ended.exit, to).to.equal('refused')
      expect(gatesOf(ended), to).to.include(gate)
      expect(ended.result.refusals.map((one) => one.reason).join('\n'), to).to.match(reason)
      expect(sim.acts).to.deep.equal([])
    }

    expect(await thrownBy(upgraded(new SimulatedWorld(), {to: '3.10'}))).to.include({
      code: 'VersionInvalid',
      exit: 'usage',
    })
  })

  it('refuses what could not be ended: a silent or stalled standby, a headless one, a switch, an unfinished switch', async () => {
    const cases: [string, (sim: SimulatedWorld) => void][] = [
      ['both-answer', (sim) => sim.lose(AWAY)],
      ['standby-replicates', ({regions}) => void (regions[AWAY]!.synchronization = 'pending-resync')],
      ['has-instance', ({regions}) => void (regions[AWAY]!.instances = 0)],
      ['no-switch-in-progress', (sim) => void (sim.switching = {to: AWAY, status: 'switching-over'})],
      ['upgrade-target', (sim) => void (sim.fault = (call) => failing(call === 'targets'))],
    ]
    for (const [gate, change] of cases) {
      const sim = new SimulatedWorld()
      change(sim)
      const ended = await upgraded(sim)
      expect(gatesOf(ended), gate).to.include(gate)
      expect(upgrades(sim), gate).to.deep.equal([])
    }

    const sim = new SimulatedWorld()
    const cut = memoryRun('20260101T000000Z-switchover-0001')
    await start(sim, await planOf(sim, 'switchover'), {run: cut, killAt: 'before:promote'})
    sim.leaseHolder = undefined
    expect(gatesOf(await upgraded(sim, {}, [cut]))).to.deep.equal(['no-open-run'])
  })

  it('has nothing to do where both run the version, and does the rest where one of them does', async () => {
    const sim = new SimulatedWorld()
    for (const side of Object.values(sim.regions)) side.engineVersion = `${LINE}3.10.4`
    const {exit, kept, events} = await upgraded(sim, {consent: nobody})
    expect([exit, kept.length, upgrades(sim)]).to.deep.equal(['done', 0, []])
    expect(events.at(-1)).to.include({code: 'done'})
    sim.regions[HOME]!.engineVersion = `${LINE}3.10.3`
    expect((await upgraded(sim)).exit).to.equal('done')
    expect(upgrades(sim)).to.deep.equal([`upgrade ${HOME} ${LINE}3.10.4`])
  })

  it('leaves an earlier upgrade behind that was cut, and stands in the way of no failover', async () => {
    const sim = new SimulatedWorld()
    const cut = memoryRun('20250101T000000Z-upgrade-0001')
    await start(sim, await planOf(sim, 'upgrade'), {run: cut, killAt: 'before:upgrade-primary'})
    sim.leaseHolder = undefined
    const kept = [cut]
    expect((await recentRuns(memoryRuns(kept), sim.deployment)).unfinished).to.have.length(1)
    expect((await upgraded(sim, {}, kept)).exit).to.equal('done')
    expect((await recentRuns(memoryRuns(kept), sim.deployment)).unfinished).to.deep.equal([])
  })
})

function failing(when: boolean): void {
  if (when) throw new Unreachable('no answer')
}
