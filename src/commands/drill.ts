import {Flags} from '@oclif/core'
import {SCENARIO_NAMES} from '../actions/drill/scenarios.js'
import {askedLab, labFlag, notToDrill} from '../cli/asked-lab.js'
import {DrCommand, UNTARGETED_FLAGS} from '../cli/dr-command.js'
import {paceFlag} from '../cli/pace-flag.js'
import type {DrillResult} from '../measure/result.js'
import {openLabs} from '../open/labs.js'
import type {ExitName} from '../errors.js'
import type {ProjectRehearsal} from '../open/rehearsal.js'

export default class Drill extends DrCommand {
  static override summary = 'Rehearse an outage on a local lab and measure the failover'
  static override description =
    'Starts a two-region lab, deploys your project (in a folder with todo-dr.yaml) or the sample application (elsewhere), sends load to the edge, breaks the home region and fails over. Reports how long clients were down and which acknowledged writes were lost. Then ends the outage, fails back and removes the lab. A project is judged by its own objectives in todo-dr.yaml. Exits 0 if the objectives were met, 5 if one was missed, and 6 if the result is unknown. Lab results say nothing about the speed of AWS.'

  static override exits: readonly ExitName[] = ['refused', 'stopped', 'missed', 'unknown']

  static override examples = [
    '<%= config.bin %> drill',
    '<%= config.bin %> drill --lag 300 --rate 100 --json',
    '<%= config.bin %> drill --scenario api-outage --keep',
    '<%= config.bin %> drill --sample',
  ]

  static override labOnly = true
  static override baseFlags = {
    target: labFlag('Lab to drill on; if it is not running, it is started and then stopped again. Default: a new lab'),
    ...UNTARGETED_FLAGS,
  }

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
      description: 'Writes per second (plus as many reads); lowered if this machine cannot serve them',
      default: 50,
      min: 1,
      max: 2000,
      helpValue: 'N',
    }),
    seed: Flags.integer({
      description:
        'Seed for the request ids of the load and for what `--pace hostile` draws; random and printed by default',
      helpValue: 'N',
    }),
    'no-failback': Flags.boolean({description: 'Stop after the failover; do not fail back'}),
    keep: Flags.boolean({description: 'Leave the lab running at the end'}),
    pace: paceFlag(),
    sample: Flags.boolean({description: 'Rehearse the sample application, in a project too'}),
  }

  async run(): Promise<DrillResult & {lab: string}> {
    const {flags} = await this.parse(Drill)
    const {emit, signal, stage} = this
    const {scenario, lag: lagMs, rate: ratePerSecond, seed = Math.floor(Math.random() * 2 ** 31)} = flags
    const asked = askedLab(flags.target, notToDrill)
    const [{openRehearsal}, {openOwnLab}, {runDrill}, labs] = await Promise.all([
      import('../open/rehearsal.js'),
      import('../actions/drill/own-lab.js'),
      import('../actions/drill/run.js'),
      openLabs(),
    ])
    const project = flags.sample ? undefined : await openRehearsal(process.cwd())
    const {name, stays, end} = await openOwnLab({
      ...flags,
      lab: asked,
      profile: flags.pace,
      seed,
      project: project?.lab,
      labs,
      stage,
      emit,
      signal,
    })
    this.actsOn(`lab:${name}`, {gone: !stays})
    const session = this.session({target: `lab:${name}`})
    try {
      if (project) {
        const {deployToLab} = await import('../cli/deploy-to-lab.js')
        await deployToLab(this.session({target: `lab:${name}`, lazy: true}), {stage, emit, signal})
      }

      if (project) emit({code: 'note', text: judgedBy(project)})
      emit({code: 'note', text: `scenario ${scenario}, lag ${lagMs} ms, ${ratePerSecond} writes/s, seed ${seed}`})
      const world = await session.world()
      const [lab, runs, limits] = await Promise.all([session.lab(), session.mirroredRuns(), session.target()])
      const drill = await runDrill({
        target: asked === undefined ? 'lab' : `lab:${name}`,
        world,
        lab: lab!,
        runs,
        objectives: project?.objectives ?? limits.objectives,
        maxLagSeconds: project?.maxLagSeconds ?? limits.maxLagSeconds,
        scenario,
        lagMs,
        ratePerSecond,
        seed,
        failback: !flags['no-failback'],
        migrations: project && (await session.migrations()),
        stage,
        emit,
        signal,
      })
      const {outcome, failback, trouble} = drill
      await this.report(session, drill, failback ? [outcome, failback] : [outcome])
      if (trouble) {
        await this.tell(trouble)
        this.exitWith(trouble.exit)
      }

      if (signal.aborted) {
        this.answer({code: 'warning', text: `The drill was interrupted. Its record is in ${outcome.runDirectory}`})
        this.exitWith('interrupted')
      }

      return {...drill.result, lab: name}
    } finally {
      await session.close()
      await end()
    }
  }
}

const judgedBy = ({folder, target}: ProjectRehearsal): string =>
  target === undefined
    ? `the project in ${folder}, judged by default objectives: todo-dr.yaml has no default target and not exactly one`
    : `the project in ${folder}, judged by the objectives of ${target}`
