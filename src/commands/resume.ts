import {Args} from '@oclif/core'
import type {ResumeResult} from '../actions/resume/result.js'
import {DrCommand} from '../cli/dr-command.js'
import type {ExitName} from '../errors.js'
import {SWITCH} from '../permissions/calls.js'
import type {Calls} from '../permissions/calls.js'

export default class Resume extends DrCommand {
  static override summary = 'Continue a run that was killed or stopped midway'
  static override description =
    'Reads the journal of the run, looks at both regions, and continues from the live state. Finds a run of another machine too. Always finishes the run: one that stopped before the promotion is carried out too.'

  static override exits: readonly ExitName[] = ['refused', 'stopped', 'credentials']
  static override examples = ['<%= config.bin %> resume', '<%= config.bin %> resume --target prod']

  static override calls: Calls = [
    ...SWITCH.filter((call) => call !== 'database.proxy'),
    'mirror.get',
    'database.switchover',
    'database.failover',
  ]

  static override args = {
    run: Args.string({description: 'Run to continue; the newest unfinished run by default', required: false}),
  }

  async run(): Promise<ResumeResult> {
    const {args} = await this.parse(Resume)
    const {emit, signal} = this
    const session = this.session()
    const world = await session.world()
    const [{runResume}, runs, {name: target}] = await Promise.all([
      import('../actions/resume/run.js'),
      session.mirroredRuns(),
      session.target(),
    ])
    const result = await runResume({target, world, runs, run: args.run, emit, signal})
    if (result.outcome) this.exitWith(result.outcome.exit)
    return result
  }
}
