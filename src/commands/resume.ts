import {Args, Flags} from '@oclif/core'
import type {ResumeResult} from '../actions/resume/result.js'
import {SwitchCommand, WAIVE_FLAG, waiversOf} from '../cli/switch-command.js'
import {SWITCH, UPGRADE} from '../permissions/calls.js'
import type {Calls} from '../permissions/calls.js'
import type {ExitName} from '../errors.js'

export default class Resume extends SwitchCommand {
  static override summary = 'Continue a run that was killed or stopped midway, or take it back'
  static override description =
    'Finds a run of another machine too. If its promotion has begun, the rest of the plan is carried out. If not, both regions are looked at as for a new command: all gates are checked, and a failover needs your consent again, since the situation may have changed. With --undo, what the run did before its promotion is taken back instead.'

  static override examples = [
    '<%= config.bin %> resume --dry-run',
    '<%= config.bin %> resume --target prod',
    '<%= config.bin %> resume',
    '<%= config.bin %> resume --undo',
    '<%= config.bin %> resume --allow-data-loss --confirm ToDoMgmt',
  ]

  static override exits: readonly ExitName[] = ['refused', 'stopped', 'unknown', 'credentials']

  static override calls: Calls = [
    ...SWITCH,
    'database.switchover',
    'database.failover',
    ...UPGRADE,
    'leftVolumes.list',
    'leftVolumes.keep',
  ]

  static override args = {
    run: Args.string({description: 'Run to continue; the newest unfinished run by default', required: false}),
  }

  static override flags = {
    'dry-run': Flags.boolean({
      description: 'Show what is left and check the gates, but change nothing',
      default: false,
    }),
    undo: Flags.boolean({
      description: 'Take back what the run did; refused once its promotion has begun',
      default: false,
      exclusive: ['allow-data-loss'],
    }),
    'allow-data-loss': Flags.boolean({
      description: 'For a failover that has not promoted yet: accept that acknowledged writes may be lost',
    }),
    confirm: Flags.string({description: 'Application name, to confirm', helpValue: 'NAME'}),
    ...WAIVE_FLAG,
  }

  async run(): Promise<ResumeResult> {
    const {args, flags} = await this.parse(Resume)
    const {emit, signal} = this
    const session = this.session({awaitRuns: true})
    const world = await session.world()
    const [{runResume}, runs, {name: target, maxLagSeconds}] = await Promise.all([
      import('../actions/resume/run.js'),
      session.mirroredRuns(),
      session.target(),
    ])
    const {app} = world.deployment
    const command = ['todo-dr resume', ...(args.run === undefined ? [] : [args.run])].join(' ')
    const {result, exit} = await runResume({
      target,
      world,
      runs,
      run: args.run,
      undo: flags.undo,
      dryRun: flags['dry-run'],
      maxLagSeconds,
      waivers: waiversOf(flags.waive),
      lossConsent: flags['allow-data-loss'] ? this.lossConsent(app, flags.confirm, command) : undefined,
      emit,
      signal,
    })
    if (result.outcome) await this.reportRun(session, result.outcome)
    this.exitWith(exit)
    return result
  }
}
