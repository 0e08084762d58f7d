import {Args} from '@oclif/core'
import type {ResumeResult} from '../actions/resume/result.js'
import {DrCommand} from '../cli/dr-command.js'

export default class Resume extends DrCommand {
  static override summary = 'Go on with a run that was killed or stopped midway'
  static override description =
    'The journal says where it was, the probes say what is true, and the world wins. Goes forward: a run that was cut before the promotion is carried out.'

  static override args = {
    run: Args.string({description: 'The run to resume; by default the newest unfinished one', required: false}),
  }

  async run(): Promise<ResumeResult> {
    const {args} = await this.parse(Resume)
    const {emit, signal} = this
    const session = this.session()
    const world = await session.world()
    const [{runResume}, runs, {name: target}] = await Promise.all([
      import('../actions/resume/run.js'),
      session.runs(),
      session.target(),
    ])
    const result = await runResume({target, world, runs, run: args.run, emit, signal})
    if (result.outcome) this.exitWith(result.outcome.exit)
    return result
  }
}
