import {Flags} from '@oclif/core'
import {SCENARIO_NAMES} from '../actions/drill/scenarios.js'
import {DrCommand, UNTARGETED_FLAGS} from '../cli/dr-command.js'
import {paceFlag} from '../cli/pace-flag.js'
import type {DrillResult} from '../measure/result.js'
import {openLabs} from '../open/labs.js'
import type {ExitName} from '../errors.js'

export default class Drill extends DrCommand {
  static override summary = 'Rehearse an outage on a local lab and measure the failover'
  static override description =
    'Starts a two-region lab, deploys the sample application, sends load to the edge, breaks the home region and fails over. Reports how long clients were down and which acknowledged writes were lost. Then ends the outage, fails back and removes the lab. Exits 0 if the objectives were met, 5 if one was missed, and 6 if the result is unknown. Lab results say nothing about the speed of AWS.'

  static override exits: readonly ExitName[] = ['refused', 'stopped', 'missed', 'unknown']

  static override examples = [
    '<%= config.bin %> drill',
    '<%= config.bin %> drill --lag 300 --rate 100 --json',
    '<%= config.bin %> drill --scenario api-outage --keep',
  ]

  // A drill acts on a lab of its own, never on a target.
  static override baseFlags = UNTARGETED_FLAGS

  static override flags = {
    scenario: Flags.option({
      description:
        'What fails: the region, its database, or only its API (then a switchover is enough and nothing is lost)',
      options: SCENARIO_NAMES,
      default: 'region-loss' as const,
    })(),
    lag: Flags.integer({
      description: 'Replication lag in milliseconds',
      default: 0,
      min: 0,
      max: 600_000,
      helpValue: 'MS',
    }),
    rate: Flags.integer({
      description: 'Writes per second (plus as many reads)',
      default: 50,
      min: 1,
      max: 2000,
      helpValue: 'N',
    }),
    seed: Flags.integer({
      description: 'Seed for the request ids of the load; random and printed by default',
      helpValue: 'N',
    }),
    'no-failback': Flags.boolean({description: 'Stop after the failover; do not fail back'}),
    keep: Flags.boolean({description: 'Leave the lab running at the end'}),
    pace: paceFlag(),
    lab: Flags.string({
      description: 'Use this lab; if it is not running, it is started and then stopped again',
      helpValue: 'NAME',
    }),
  }

  async run(): Promise<DrillResult & {lab: string}> {
    const {flags} = await this.parse(Drill)
    const {emit, signal, stage} = this
    const {scenario, lag: lagMs, rate: ratePerSecond, seed = Math.floor(Math.random() * 2 ** 31)} = flags
    const [{openOwnLab}, {runDrill}, labs] = await Promise.all([
      import('../actions/drill/own-lab.js'),
      import('../actions/drill/run.js'),
      openLabs(),
    ])
    const {name, end} = await openOwnLab({...flags, profile: flags.pace, labs, stage, emit, signal})
    const session = this.session({target: `lab:${name}`})
    try {
      emit({code: 'note', text: `scenario ${scenario}, lag ${lagMs} ms, ${ratePerSecond} writes/s, seed ${seed}`})
      const world = await session.world()
      const [lab, runs, {objectives, maxLagSeconds}] = await Promise.all([
        session.lab(),
        session.mirroredRuns(),
        session.target(),
      ])
      const drill = await runDrill({
        target: flags.lab === undefined ? 'lab' : `lab:${name}`,
        world,
        lab: lab!,
        runs,
        objectives,
        maxLagSeconds,
        scenario,
        lagMs,
        ratePerSecond,
        seed,
        failback: !flags['no-failback'],
        stage,
        emit,
        signal,
      })
      const {outcome, failback} = drill
      await this.report(drill, failback ? [outcome, failback] : [outcome])
      return {...drill.result, lab: name}
    } finally {
      await session.close()
      await end()
    }
  }
}
