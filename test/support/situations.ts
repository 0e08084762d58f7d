/** Every situation that can be named, on the simulated world, and what each command answers in it. */

import {examine} from '../../src/actions/doctor/examine.js'
import {exitOf} from '../../src/model/finding.js'
import {runResume} from '../../src/actions/resume/run.js'
import {runSeed} from '../../src/actions/seed/run.js'
import {runStatus} from '../../src/actions/status/run.js'
import {runSteer} from '../../src/actions/steer/run.js'
import {runSwitch} from '../../src/actions/switch/run.js'
import {runUpgrade} from '../../src/actions/upgrade/run.js'
import {recentRuns} from '../../src/engine/unfinished.js'
import {EXIT, Unreachable} from '../../src/errors.js'
import type {ExitName} from '../../src/errors.js'
import type {DrEvent} from '../../src/messages.js'
import type {Refusal} from '../../src/model/gate.js'
import type {Intent} from '../../src/model/plan.js'
import type {PlanOptions} from '../../src/plans/index.js'
import type {Asked, Checkup} from '../../src/ports/checkup.js'
import type {Run} from '../../src/ports/runs.js'
import {tellStages} from '../../src/ports/stage.js'
import {planOf, start} from '../engine/support.js'
import {memoryRun, memoryRuns} from './memory-run.js'
import {AWAY, HOME, SimulatedWorld} from './simulated-world.js'

export const COMMANDS = [
  'status',
  'doctor',
  'switchover',
  'failover',
  'failback',
  'resume',
  'steer',
  'seed',
  'upgrade',
] as const
export type Command = (typeof COMMANDS)[number]

export interface Cell {
  exit: number
  /** What it says, in a sentence. */
  says: string
  /** What it advises to do next. */
  advises: string
}

export interface Case {
  /** As `status` names it. */
  situation: string
  /** How it came about. */
  how: string
  set(stage: Stage): Promise<void> | void
}

/** A deployment with the runs of one machine. */
export class Stage {
  readonly sim = new SimulatedWorld()
  readonly runs: Run[] = []

  get home() {
    return this.sim.regions[HOME]!
  }

  get away() {
    return this.sim.regions[AWAY]!
  }

  /** A command of ours that is killed at a point. */
  async cut(intent: Intent, killAt: string, options: PlanOptions = {}): Promise<void> {
    const run = memoryRun(`20260101T000000Z-${intent}-0001`)
    this.runs.push(run)
    await start(this.sim, await planOf(this.sim, intent, options), {run, killAt})
    this.sim.leaseHolder = undefined
  }

  /** Away is the primary, as after a failover that has ended. */
  failedOver(home: Partial<SimulatedWorld['regions'][string]> = {}): void {
    this.sim.promoteNow(AWAY)
    this.sim.steerNow(AWAY)
    Object.assign(this.home, {writable: false, ...home})
  }

  silence(...calls: string[]): void {
    this.sim.fault = (call) => {
      if (calls.some((one) => call.startsWith(one))) throw new Unreachable(`${call}: no answer`)
    }
  }

  async ask(command: Command): Promise<Cell> {
    const {sim, runs} = this
    const {world} = sim.connect()
    const {signal} = new AbortController()
    const events: DrEvent[] = []
    const base = {
      target: 'prod',
      world,
      maxLagSeconds: 5,
      dryRun: true,
      operator: 'you',
      recent: () => recentRuns(memoryRuns(runs), world.deployment),
      newRun: async () => memoryRun(),
      lossConsent: {given: () => true, ask: async () => true},
      emit: (event: DrEvent) => void events.push(event),
      signal,
    }
    if (command === 'status') {
      const {status, exit} = await runStatus({target: 'prod', world, runs: memoryRuns(runs), signal})
      return cell(exit, `${status.situation}: ${status.summary}`, status.next ?? '')
    }

    if (command === 'doctor') return this.#doctor()
    if (command === 'resume') {
      const {result, exit} = await runResume({...base, runs: memoryRuns(runs), undo: false})
      return answered(exit, result.refusals, events)
    }

    if (command === 'steer') {
      const {result, exit} = await runSteer(base)
      return answered(exit, result.refusals, events)
    }

    if (command === 'seed') {
      const {result, exit} = await runSeed({...base, folder: undefined, asked: {}, stage: tellStages(base.emit)})
      return answered(exit, result.refusals, events)
    }

    if (command === 'upgrade') {
      const consent = {given: () => true, ask: async () => true}
      const {result, exit} = await runUpgrade({...base, to: '3.10.4', consent})
      return answered(exit, result.refusals, events)
    }

    const result = await runSwitch({...base, intent: command})
    return answered(result.refusals.length > 0 ? 'refused' : 'done', result.refusals, events)
  }

  async #doctor(): Promise<Cell> {
    const {sim} = this
    const of = async <T>(region: string, value: T): Promise<Asked<T>> =>
      sim.regions[region]!.lost
        ? {known: false, code: 'Unreachable', why: `sts in ${region} got no answer`}
        : {known: true, value}
    const checkup: Checkup = {
      identity: (region) => of(region, {account: '123456789012', arn: 'arn:aws:iam::1:user/you', source: 'a profile'}),
      reach: (region) => of(region, {latencyMs: 80, offsetMs: 0}),
      bootstrap: (region) => of(region, {version: 30, stack: 'CREATE_COMPLETE', bucket: true}),
      vpcs: (region) => of(region, {count: 1, own: 1, quota: 5}),
      engine: (region) => of(region, {offered: true, global: true}),
      concurrency: (region) => of(region, 1000),
      proxies: (region) => of(region, {count: 1, own: 1, quota: 20}),
      zones: (region) => of(region, ['az1', 'az2', 'az3']),
      route: async () => ({known: true, value: {serving: HOME, isWritten: true}}),
    }
    const findings = await examine({
      target: {name: 'prod', judgement: {level: 'ok', text: 'prod', remedy: null}},
      regions: [HOME, AWAY],
      app: 'ToDoMgmt',
      account: '123456789012',
      lab: false,
      checkup,
      machine: {
        state: async () => ({
          node: 'v22.1.0',
          npm: '10.9.0',
          unwritable: [],
          free: 50 * 2 ** 30,
          database: {kind: 'found', where: '/usr/sbin/mariadbd'},
          project: {folder: 'infra', found: true, astray: [], unpinned: [], lockfile: true},
        }),
      },
    })
    const bad = findings.filter(({level}) => level === 'problem')
    const says = bad.map(({text}) => text).join('; ')
    return cell(
      exitOf(findings),
      says || 'no problem of this machine, its credentials or its network',
      [...new Set(bad.map(({remedy}) => remedy))].join('; '),
    )
  }
}

const cell = (exit: ExitName, says: string, advises: string): Cell => ({exit: EXIT[exit].status, says, advises})

/** A refusal; or what is said last: what would be done, or that nothing is. */
function answered(exit: ExitName, refusals: Refusal[], events: DrEvent[]): Cell {
  if (refusals.length > 0) {
    const hints = [...new Set(refusals.map(({hint}) => hint))]
    return cell(exit, `refused: ${refusals.map(({reason}) => reason).join('; ')}`, hints.join('; '))
  }

  const plan = events.findLast((event) => event.code === 'plan')
  const done = events.findLast((event) => event.code === 'done')
  const warning = events.find((event) => event.code === 'warning')
  const last = done?.code === 'done' && !done.text.startsWith('No gate refuses') ? done.text : undefined
  const would = plan?.code === 'plan' ? `would begin: ${plan.intent} from ${plan.from} to ${plan.to}` : ''
  const hint = warning?.code === 'warning' ? (warning.hint ?? '') : ''
  return cell(exit, last ?? would, hint || (done?.code === 'done' && done.next) || '')
}

export const CASES: Case[] = [
  {situation: 'Healthy', how: 'home is the primary', set: () => undefined},
  {
    situation: 'Healthy',
    how: 'away is the primary, and home replicates again',
    set: (stage) => stage.failedOver({synchronization: 'connected'}),
  },
  {
    situation: 'Healthy',
    how: 'our own switchover was cut before its promotion',
    set: (stage) => stage.cut('switchover', 'before:promote'),
  },
  {situation: 'TableMissing', how: 'nobody has seeded the deployment', set: ({sim}) => void (sim.unseeded = true)},
  {
    situation: 'PrimaryFenced',
    how: 'somebody closed the writing functions of the primary',
    set: ({home}) => void (home.writers = 'fenced'),
  },
  {
    situation: 'PrimaryFenced',
    how: 'our own switchover --drain was cut between its fence and its promotion',
    set: (stage) => stage.cut('switchover', 'before:promote', {drain: true}),
  },
  {situation: 'PrimaryApiLost', how: 'the API of the primary fails', set: ({home}) => void (home.apiUp = false)},
  {
    situation: 'PrimaryApiLost',
    how: 'the APIs of both regions fail',
    set({home, away}) {
      home.apiUp = false
      away.apiUp = false
    },
  },
  {
    situation: 'PrimaryDatabaseLost',
    how: 'the database of the primary is down',
    set: ({home}) => void (home.databaseUp = false),
  },
  {
    situation: 'PrimaryDatabaseLost',
    how: 'the databases of both regions are down',
    set({home, away}) {
      home.databaseUp = false
      away.databaseUp = false
    },
  },
  {
    situation: 'RegionLost',
    how: 'the region of the primary is silent, and the standby is behind it',
    set({sim, away}) {
      sim.lose(HOME)
      away.synchronization = 'pending-resync'
    },
  },
  {
    situation: 'RegionLost',
    how: 'the region of the primary is silent, and our own failover was cut before its promotion',
    async set(stage) {
      stage.sim.lose(HOME)
      await stage.cut('failover', 'before:promote')
    },
  },
  {situation: 'StandbyLost', how: 'the region of the standby is silent', set: ({sim}) => sim.lose(AWAY)},
  {
    situation: 'StandbyLost',
    how: 'after a failover, home is still silent',
    set(stage) {
      stage.failedOver()
      stage.sim.lose(HOME)
    },
  },
  {
    situation: 'StandbyLost',
    how: 'the database of the standby is down',
    set: ({away}) => void (away.databaseUp = false),
  },
  {
    situation: 'ReplicationStalled',
    how: 'the standby is an hour behind',
    set: ({away}) => void (away.lagSeconds = 3600),
  },
  {
    situation: 'ReplicationStalled',
    how: 'after a failover, home answers and is being rebuilt',
    set: (stage) => stage.failedOver({synchronization: 'pending-resync'}),
  },
  {situation: 'Detached', how: 'the standby is no member any more', set: ({away}) => void (away.isMember = false)},
  {
    situation: 'Detached',
    how: 'after a failover, home is no member yet',
    set: (stage) => stage.failedOver({isMember: false}),
  },
  {situation: 'SplitBrain', how: 'two members are writers', set: ({away}) => void (away.isWriter = true)},
  {
    situation: 'SwitchInProgress',
    how: 'somebody switches in the console',
    set: ({sim}) => void (sim.switching = {to: AWAY, status: 'switching-over'}),
  },
  {
    situation: 'SwitchInProgress',
    how: 'our own failover was cut after its promotion was accepted',
    set: (stage) => stage.cut('failover', 'before:takes-write'),
  },
  {
    situation: 'RouteBehind',
    how: 'somebody switched the database in the console',
    set({sim, home}) {
      sim.promoteNow(AWAY)
      Object.assign(home, {writable: false, synchronization: 'connected'})
    },
  },
  {
    situation: 'RouteBehind',
    how: 'our own failover was cut after its promotion',
    async set(stage) {
      await stage.cut('failover', 'before:steer-edge')
      await stage.sim.clock.sleep(5000)
    },
  },
  {
    situation: 'Unknown',
    how: 'neither region answers',
    set({sim}) {
      sim.lose(HOME)
      sim.lose(AWAY)
      sim.edgeLost = true
    },
  },
  {
    situation: 'Unknown',
    how: 'no API can be reached from here, and both databases answer',
    set: (stage) => stage.silence('health', 'api'),
  },
  {situation: 'Unknown', how: 'the lag cannot be read', set: (stage) => stage.silence('lag')},
]
