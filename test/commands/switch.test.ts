import {Config} from '@oclif/core'
import {expect} from 'chai'
import {existsSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import type {Session} from '../../src/open/session.js'
import type {DrCommand} from '../../src/cli/dr-command.js'
import type {DrError as DrErrorType} from '../../src/errors.js'
import type {DrillResult} from '../../src/measure/result.js'
import type {DrEvent} from '../../src/messages.js'
import type {Run} from '../../src/ports/runs.js'
import type {SimulatedWorld as SimulatedWorldType} from '../support/simulated-world.js'

// Commands load what they need when they run. Where mocha requires this file, a static import here would be another copy
// of the same module than theirs, and no error would be an instance of its class.
const {DrError} = await import('../../src/errors.js')
const {AWAY, HOME, SimulatedWorld} = await import('../support/simulated-world.js')
const {memoryRun} = await import('../support/memory-run.js')
const {default: Failback} = await import('../../src/commands/failback.js')
const {default: Failover} = await import('../../src/commands/failover.js')
const {default: OutageStart} = await import('../../src/commands/outage/start.js')
const {default: Resume} = await import('../../src/commands/resume.js')
const {default: Steer} = await import('../../src/commands/steer.js')
const {default: Switchover} = await import('../../src/commands/switchover.js')

const {resultSchemas} = await import('../../scripts/schemas.js')
const {SCHEMAS: STEER_SCHEMAS} = await import('../../src/actions/steer/result.js')
const {SCHEMAS: SWITCH_SCHEMAS} = await import('../../src/actions/switch/result.js')

const root = fileURLToPath(new URL('../..', import.meta.url))
let config: Config

interface Ended {
  status: number
  result?: {refusals?: {gate: string}[]; outcome?: {status: string; runDirectory: string} | null; dryRun?: boolean}
  error?: DrErrorType
  events: DrEvent[]
}

const folders = mkdtempSync(join(tmpdir(), 'todo-dr-switch-'))

/** Runs a command against a simulated world, as the process would: its exit status, its result, what it says. */
async function run(
  Command: new (argv: string[], config: Config) => DrCommand,
  argv: string[],
  sim: SimulatedWorldType,
  kept: Run[] = [],
): Promise<Ended> {
  const events: DrEvent[] = []
  const runs = {
    async create(intent: string) {
      // Where its report goes.
      const folder = mkdtempSync(join(folders, 'run-'))
      kept.push({...memoryRun(`run-${kept.length}-${intent}`), folder})
      return kept.at(-1)!
    },
    newestFirst: async () => [...kept].reverse(),
    unseen: async () => [],
    open: async (id: string) => kept.find((run) => run.id === id)!,
  }
  const session = {
    target: async () => ({
      kind: 'lab',
      name: 'lab',
      lab: 'default',
      objectives: {rtoSeconds: 900, rpoSeconds: 5},
      maxLagSeconds: 5,
    }),
    deployment: async () => sim.deployment,
    world: async () => sim.connect().world,
    outage: async () => ({
      start: async (region: string) => void sim.acts.push(`outage ${region}`),
      active: async (region: string) => [{region, kind: 'api', startedAt: 1}],
    }),
    runs: async () => runs,
    mirroredRuns: async () => runs,
  } as unknown as Session
  const command = new Command(argv, config)
  Object.assign(command, {
    session: () => session,
    emit: (event: DrEvent) => events.push(event),
    log: () => undefined,
  })
  const before = process.exitCode
  process.exitCode = 0
  try {
    const result = (await command.run()) as Ended['result']
    return {status: Number(process.exitCode), result, events}
  } catch (error) {
    if (!(error instanceof DrError)) throw error
    return {status: error.exitStatus, error, events}
  } finally {
    process.exitCode = before
  }
}

describe('the commands that change the topology', () => {
  before(async () => {
    config = await Config.load({root})
  })

  after(() => rmSync(folders, {recursive: true}))

  it('failover refuses without consent, shows what is at risk and points at switchover while all is well', async () => {
    const sim = new SimulatedWorld()
    const {status, result, events} = await run(Failover, [], sim)
    expect(status).to.equal(3)
    expect(result!.refusals!.map(({gate}) => gate)).to.deep.equal(['data-loss-consent'])
    expect(events.find((event) => event.code === 'warning')).to.deep.include({
      hint: `todo-dr switchover --to ${AWAY} loses nothing`,
    })
    expect(events.find((event) => event.code === 'refusal')).to.include({waived: false})
    expect(sim.acts).to.deep.equal([])
  })

  it('failover takes neither half of a consent for a whole one', async () => {
    const sim = new SimulatedWorld()
    expect((await run(Failover, ['--allow-data-loss'], sim)).status).to.equal(3)
    expect((await run(Failover, ['--confirm', 'ToDoMgmt'], sim)).status).to.equal(3)
    const wrong = await run(Failover, ['--allow-data-loss', '--confirm', 'Other'], sim)
    expect([wrong.status, wrong.error!.code]).to.deep.equal([3, 'ConfirmMismatch'])
    expect(sim.acts).to.deep.equal([])
  })

  it('failover with consent runs, from a lost region', async () => {
    const sim = new SimulatedWorld()
    sim.lose(HOME)
    const {status, result, events} = await run(Failover, ['--allow-data-loss', '--confirm', 'ToDoMgmt'], sim)
    expect([status, result!.outcome!.status]).to.deep.equal([0, 'done'])
    expect(existsSync(join(result!.outcome!.runDirectory, 'run.html'))).to.equal(true)
    expect(events.filter((event) => event.code === 'refusal' && event.waived).length).to.be.greaterThan(1)
    expect(sim.edgeKey).to.equal(AWAY)
  })

  it('a dry run ends with the status of the gates and changes nothing', async () => {
    const sim = new SimulatedWorld()
    const passed = await run(Switchover, ['--dry-run'], sim)
    expect([passed.status, passed.result!.outcome, passed.result!.dryRun]).to.deep.equal([0, null, true])
    expect((await run(Failover, ['--dry-run'], sim)).status).to.equal(3)
    sim.regions[AWAY]!.lagSeconds = 900
    const stalled = await run(Switchover, ['--dry-run'], sim)
    expect([stalled.status, stalled.result!.refusals![0]!.gate]).to.deep.equal([3, 'replication-healthy'])
    expect(sim.acts).to.deep.equal([])
  })

  it('health 03: a switch that drift would break is refused by name, and goes through with a waiver, which is journaled', async () => {
    const sim = new SimulatedWorld()
    sim.regions[AWAY]!.engineVersion = '8.0.mysql_aurora.3.10.4'
    const refused = await run(Switchover, [], sim)
    expect([refused.status, refused.result!.refusals!.map(({gate}) => gate)]).to.deep.equal([3, ['engine-versions']])
    for (const wrong of ['engine-versions', 'engine-versions= ', 'engine-version=why', 'allow-data-loss=why'])
      expect((await run(Switchover, ['--waive', wrong], sim)).error).to.include({code: 'WaiverInvalid', exitStatus: 2})
    expect(sim.acts).to.deep.equal([])

    const kept: Run[] = []
    const waived = await run(Switchover, ['--waive', 'engine-versions=a patch, a=b'], sim, kept)
    expect([waived.status, waived.result!.outcome!.status]).to.deep.equal([0, 'done'])
    const lines = (await kept[0]!.read('journal.ndjson')) as {event: string; name?: string; reason?: string}[]
    expect(lines.filter(({event}) => event === 'waiver').map(({name, reason}) => [name, reason])).to.deep.equal([
      ['engine-versions', 'a patch, a=b'],
    ])
  })

  it('drift: a failover with another secret and a smaller quota is refused by both names, and goes through with both waived', async () => {
    const broken = (): SimulatedWorldType => {
      const sim = new SimulatedWorld()
      sim.regions[AWAY]!.secrets = [{name: 'ToDoMgmt/admin', version: 'v2', replicas: []}]
      sim.regions[AWAY]!.concurrencyLimit = 10
      return sim
    }

    const consent = ['--allow-data-loss', '--confirm', 'ToDoMgmt']
    const refused = await run(Failover, consent, broken())
    expect([refused.status, refused.result!.refusals!.map(({gate}) => gate)]).to.deep.equal([
      3,
      ['target-quota', 'secrets'],
    ])
    const kept: Run[] = []
    const waivers = ['--waive', 'secrets=same password', '--waive', 'target-quota=ten are enough']
    const waived = await run(Failover, [...consent, ...waivers], broken(), kept)
    expect([waived.status, waived.result!.outcome!.status]).to.deep.equal([0, 'done'])
    const lines = (await kept[0]!.read('journal.ndjson')) as {event: string; name?: string; reason?: string}[]
    expect(
      lines.filter(({event}) => event === 'waiver').map(({name, reason}) => [name, reason]),
    ).to.include.deep.members([
      ['secrets', 'same password'],
      ['target-quota', 'ten are enough'],
    ])
  })

  it('health 03: a failover opens the region that an earlier one has closed, and asks about one that a person has closed', async () => {
    const consent = ['--allow-data-loss', '--confirm', 'ToDoMgmt']
    for (const [kept, expected] of [
      [[], ['target-closed']],
      [undefined, []],
    ] as const) {
      const sim = new SimulatedWorld()
      const runs: Run[] = []
      sim.regions[HOME]!.databaseUp = false
      await run(Failover, consent, sim, runs)
      Object.assign(sim.regions[HOME]!, {databaseUp: true, writable: false, synchronization: 'connected'})
      expect(sim.regions[HOME]!.writers).to.equal('fenced')
      const {result} = await run(Failover, ['--dry-run', ...consent], sim, kept ? [...kept] : runs)
      expect(result!.refusals!.map(({gate}) => gate)).to.deep.equal(expected)
    }
  })

  it('field report 20: changes nothing where the region is the primary already and serves, however often it is typed', async () => {
    const sim = new SimulatedWorld()
    for (const [Command, argv] of [
      [Switchover, ['--to', HOME]],
      [Failover, ['--to', HOME, '--allow-data-loss', '--confirm', 'ToDoMgmt']],
      [Failback, []],
    ] as const) {
      const {status, result, events} = await run(Command, [...argv], sim)
      expect([status, result!.outcome, result!.refusals]).to.deep.equal([0, null, []])
      expect(events.at(-1)).to.deep.include({code: 'done'})
    }

    expect(sim.acts).to.deep.equal([])
    expect((await run(Failover, ['--to', 'eu-west-9'], sim)).error).to.include({code: 'RegionUnknown', exitStatus: 2})
  })

  for (const [left, break_] of Object.entries({
    'the route is behind'(sim: SimulatedWorldType) {
      sim.promoteNow(AWAY)
    },
    'its functions are fenced, and the route is behind'(sim: SimulatedWorldType) {
      sim.promoteNow(AWAY)
      sim.regions[AWAY]!.writers = 'fenced'
    },
    'its functions are fenced'(sim: SimulatedWorldType) {
      sim.promoteNow(AWAY)
      sim.steerNow(AWAY)
      sim.regions[AWAY]!.writers = 'fenced'
    },
  }))
    for (const argv of [
      ['--to', AWAY],
      ['--to', AWAY, '--allow-data-loss', '--confirm', 'ToDoMgmt'],
    ])
      it(`field report 7: does the rest of a switch whose primary has moved, where ${left}: ${argv.length > 2 ? 'failover' : 'switchover'}`, async () => {
        const sim = new SimulatedWorld()
        break_(sim)
        const {status, result} = await run(argv.length > 2 ? Failover : Switchover, argv, sim)
        expect([status, result!.outcome!.status]).to.deep.equal([0, 'done'])
        expect(sim.topology()).to.deep.include({edge: AWAY, away: {isWriter: true, writers: 'open', canaries: 0}})
        expect(sim.acts.filter((act) => /failover|switchover|^fence/.test(act))).to.deep.equal([])
      })

  it('field report 20: the runbook’s failover, typed again after it worked, does not go back', async () => {
    const sim = new SimulatedWorld()
    // Of the old primary only the database came back.
    sim.regions[HOME]!.apiUp = false
    const argv = ['--to', AWAY, '--allow-data-loss', '--confirm', 'ToDoMgmt']
    expect((await run(Failover, argv, sim)).status).to.equal(0)
    const acts = [...sim.acts]
    expect((await run(Failover, argv, sim)).status).to.equal(0)
    const without = await run(Failover, ['--allow-data-loss', '--confirm', 'ToDoMgmt'], sim)
    expect(without.status).to.equal(3)
    expect(without.result!.refusals!.map(({gate}) => gate)).to.include('target-reachable')
    expect(sim.acts).to.deep.equal(acts)
  })

  it('field report 6: a switch typed again after a failover whose fence is not proven names that, and how to close the region', async () => {
    const sim = new SimulatedWorld()
    const kept: Run[] = []
    sim.lose(HOME)
    const consent = ['--allow-data-loss', '--confirm', 'ToDoMgmt']
    const first = await run(Failover, consent, sim, kept)
    expect(first.status).to.equal(0)
    const said = async (Command: typeof Failover | typeof Switchover | typeof Steer, argv: string[]) => {
      const {status, result, events} = await run(Command, argv, sim, kept)
      expect(status).to.equal(first.status)
      if (Command !== Steer) expect(SWITCH_SCHEMAS.switch.parse(result)).to.deep.equal(result)
      expect(JSON.stringify(events)).not.to.contain('nothing is left to do')
      const warning = events.find((event) => event.code === 'warning' && event.text.includes('not proven'))
      return warning?.code === 'warning' ? `${warning.text}\n${warning.hint}` : ''
    }

    const silent = await said(Failover, ['--to', AWAY])
    expect(silent)
      .to.contain(`${AWAY} is the primary already, and clients are served there, but it is not proven that ${HOME}`)
      .and.to.contain(kept[0]!.id)
      .and.to.contain(`when ${HOME} answers again, todo-dr status says how to close it`)

    sim.regions[HOME]!.lost = false
    const byHand = sim.deployment.regions[0]!.functions.writers.map((name) => `--function-name ${name} `)
    for (const argv of [
      ['--to', AWAY],
      ['--to', AWAY, ...consent],
      ['--to', AWAY, '--dry-run'],
    ])
      for (const command of byHand) expect(await said(Failover, argv)).to.contain(command)
    expect(await said(Switchover, ['--to', AWAY])).to.contain(byHand[0])

    // Only the rest is left: no part of it closes the region either.
    for (const [Command, argv] of [
      [Failover, ['--to', AWAY]],
      [Steer, []],
    ] as const) {
      sim.steerNow(HOME)
      expect(await said(Command, [...argv])).to.contain(byHand[0])
    }

    sim.regions[HOME]!.writers = 'fenced'
    expect((await run(Failover, ['--to', AWAY], sim, kept)).events.at(-1)).to.include({code: 'done'})
  })

  it('goes there and back, and resume has nothing left to do', async () => {
    const sim = new SimulatedWorld()
    const kept: Run[] = []
    expect((await run(Switchover, [], sim, kept)).status).to.equal(0)
    expect((await run(Failback, [], sim, kept)).status).to.equal(0)
    expect(sim.topology()).to.deep.equal(new SimulatedWorld().topology())
    const resumed = await run(Resume, [], sim, kept)
    expect([resumed.status, resumed.result!.outcome]).to.deep.equal([0, null])
  })

  it('stops with 4 after the promotion, and resume goes on', async () => {
    const sim = new SimulatedWorld()
    const kept: Run[] = []
    sim.fault = (call) => {
      if (call === 'steer') throw new DrError({code: 'Throttled', exit: 'failed', what: 'too fast'})
    }

    expect((await run(Switchover, [], sim, kept)).status).to.equal(4)
    sim.fault = () => undefined
    const resumed = await run(Resume, [], sim, kept)
    expect([resumed.status, resumed.result!.outcome!.status]).to.deep.equal([0, 'done'])
    expect(sim.edgeKey).to.equal(AWAY)
  })

  describe('steer', () => {
    /** The primary has moved, and the run was killed before the route. */
    async function routeBehind(): Promise<SimulatedWorldType> {
      const sim = new SimulatedWorld()
      sim.fault = (call) => {
        if (call === 'steer') throw new DrError({code: 'Throttled', exit: 'failed', what: 'too fast'})
      }
      expect((await run(Switchover, [], sim)).status).to.equal(4)
      sim.fault = () => undefined
      sim.acts.length = 0
      expect([sim.regions[AWAY]!.isWriter, sim.edgeKey]).to.deep.equal([true, HOME])
      return sim
    }

    it('brings the route after the primary, proves it, and changes nothing else', async () => {
      const sim = await routeBehind()
      const {status, result} = await run(Steer, [], sim)
      expect(status).to.equal(0)
      expect(result).to.deep.include({situation: 'RouteBehind', from: HOME, to: AWAY, refusals: []})
      expect(STEER_SCHEMAS.steer.parse(result)).to.deep.equal(result)
      expect([sim.edgeKey, sim.serving]).to.deep.equal([AWAY, AWAY])
      expect(sim.acts).to.deep.equal([`steer ${AWAY}`])
      expect(sim.leaseHolder).to.equal(undefined)
    })

    it('only says what it would do in a dry run', async () => {
      const sim = await routeBehind()
      const {status, result} = await run(Steer, ['--dry-run'], sim)
      expect([status, result!.outcome, result!.dryRun]).to.deep.equal([0, null, true])
      expect(sim.acts).to.deep.equal([])
    })

    it('refuses any region but the primary, with the command that makes one the primary', async () => {
      const sim = await routeBehind()
      const {status, result, events} = await run(Steer, ['--to', HOME], sim)
      expect([status, result!.refusals!.map(({gate}) => gate)]).to.deep.equal([3, ['route-to-primary']])
      expect(events.find((event) => event.code === 'refusal'))
        .to.have.property('hint')
        .that.contains(`todo-dr switchover --to ${HOME}`)
      expect((await run(Steer, ['--to', 'eu-west-9'], sim)).error).to.include({code: 'RegionUnknown', exitStatus: 2})
      expect(sim.acts).to.deep.equal([])
    })

    it('points the route at no primary that takes no write', async () => {
      const sim = await routeBehind()
      sim.regions[AWAY]!.apiUp = false
      expect((await run(Steer, [], sim)).result!.outcome!.status).to.equal('undone')
      expect(sim.edgeKey).to.equal(HOME)
    })

    it('stops with 4 where the route does not change, and says what to do by hand', async () => {
      const sim = await routeBehind()
      sim.fault = (call) => {
        if (call === 'steer') throw new DrError({code: 'Throttled', exit: 'failed', what: 'too fast'})
      }
      const {status, events} = await run(Steer, [], sim)
      expect(status).to.equal(4)
      expect(JSON.stringify(events)).to.contain(`point the simulated route at ${AWAY}`)
    })

    it('is waited for by another operator: the lease keeps two from acting', async () => {
      const sim = await routeBehind()
      sim.leaseHolder = 'somebody else'
      expect((await run(Steer, [], sim)).error).to.include({code: 'LeaseHeld'})
      expect(sim.edgeKey).to.equal(HOME)
    })

    it('finds nothing to change where the route is right, and still proves it', async () => {
      const sim = new SimulatedWorld()
      expect((await run(Steer, [], sim)).status).to.equal(0)
      expect(sim.acts).to.deep.equal([])
    })
  })

  it('measures a planned switch as a failover: under load, judged, with the result of a drill', async () => {
    const schemas = await resultSchemas()
    const sim = new SimulatedWorld({promotionMs: 500, lagMs: 0})
    const kept: Run[] = []
    for (const [Command, to] of [
      [Switchover, AWAY],
      [Failback, HOME],
    ] as const) {
      const {status, result} = await run(Command, ['--measure', '--rate', '20', '--yes'], sim, kept)
      const measured = schemas.drill!.parse(result) as DrillResult
      expect([status, measured.verdict, measured.singleWriter.valid]).to.deep.equal([0, 'passed', true])
      expect(measured.rpo.lostCount).to.equal(0)
      expect(measured.rpo.acknowledged).to.be.greaterThan(20)
      expect(measured.topology.afterFailover.primary).to.equal(to)
      expect(await kept.at(-1)!.readJson('result.json')).to.deep.equal(result)
    }
  })

  it('waits for home before the load of a measured failback begins', async () => {
    const sim = new SimulatedWorld({lagMs: 0})
    sim.promoteNow(AWAY)
    sim.steerNow(AWAY)
    Object.assign(sim.regions[HOME]!, {writable: false, synchronization: 'pending-resync'})
    const back = sim.clock.now() + 3_600_000
    void sim.clock.sleep(3_600_000).then(() => Object.assign(sim.regions[HOME]!, {synchronization: 'connected'}))
    const {status, result} = await run(Failback, ['--measure', '--rate', '20', '--yes'], sim)
    expect(status).to.equal(0)
    const {times} = result as unknown as DrillResult
    expect(Date.parse(times.startedAt)).to.be.within(back, back + 60_000)
  })

  it('prints what the published schemas describe', async () => {
    const schemas = await resultSchemas()
    const sim = new SimulatedWorld()
    const kept: Run[] = []
    const refused = [
      await run(Failover, [], sim),
      await run(Switchover, ['--to', HOME], sim),
      await run(Failback, [], sim),
    ]
    const switched = await run(Switchover, [], sim, kept)
    for (const {result} of [...refused, switched]) expect(schemas.switch!.parse(result)).to.deep.equal(result)
    sim.fault = (call) => {
      if (call === 'steer') throw new DrError({code: 'Throttled', exit: 'failed', what: 'too fast', requestId: 'r-1'})
    }

    const stopped = (await run(Failback, [], sim, kept)).result!
    expect(schemas.switch!.parse(stopped)).to.deep.equal(stopped)
    sim.fault = () => undefined
    const resumed = (await run(Resume, [], sim, kept)).result
    expect(schemas.resume!.parse(resumed)).to.deep.equal(resumed)
    const outcome = await kept.at(-1)!.readJson('result.json')
    expect(schemas['run-outcome']!.parse(outcome)).to.deep.equal(outcome)
    const outage = (await run(OutageStart, [], sim)).result
    expect(schemas.outage!.parse(outage)).to.deep.equal(outage)
  })

  const promotionFails: Record<string, (sim: SimulatedWorldType) => void> = {
    'is refused by RDS'(sim) {
      sim.fault = (call) => {
        if (call === 'failover') throw new DrError({code: 'InvalidState', exit: 'refused', what: 'no'})
      }
    },
    'fails each time'(sim) {
      sim.fault = (call) => {
        if (call === 'failover') throw new DrError({code: 'InternalFailure', exit: 'failed', what: 'no'})
      }
    },
    'is cancelled by AWS': (sim) => void (sim.cancels = 'silently'),
    'does not end': (sim) => void (sim.options.promotionMs = 86_400_000),
  }
  for (const [how, fail] of Object.entries(promotionFails))
    it(`defect 2: a promotion that ${how} ends with no 0, says nothing of done and moves no traffic`, async () => {
      const sim = new SimulatedWorld()
      fail(sim)
      const {status, result, events} = await run(Failover, ['--allow-data-loss', '--confirm', 'ToDoMgmt'], sim)
      expect(status).to.be.oneOf([1, 3, 4])
      expect(result!.outcome!.status).to.not.equal('done')
      expect(events.map(({code}) => code)).to.not.include('done')
      expect([sim.edgeKey, sim.serving]).to.deep.equal([HOME, HOME])
      expect(sim.acts.filter((act) => act.startsWith('steer'))).to.deep.equal([])
    })

  it('outage start wants the region named when home is not the primary', async () => {
    const sim = new SimulatedWorld()
    expect((await run(OutageStart, [], sim)).status).to.equal(0)
    await run(Switchover, [], sim)
    sim.acts.length = 0
    expect((await run(OutageStart, [], sim)).error).to.include({code: 'RegionWanted', exitStatus: 3})
    expect(sim.acts).to.deep.equal([])
    await run(OutageStart, ['--region', 'away'], sim)
    expect(sim.acts).to.deep.equal([`outage ${AWAY}`])
  })
})
