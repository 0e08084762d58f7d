import {Flags} from '@oclif/core'
import type {PipelinePushResult} from '../../actions/pipeline/result.js'
import {LONGEST_MINUTES} from '../../model/delivery.js'
import {DrCommand} from '../../cli/dr-command.js'
import type {ExitName} from '../../errors.js'
import type {Calls} from '../../permissions/calls.js'

export default class PipelinePush extends DrCommand {
  static override summary = 'Push the project to its delivery pipeline, and follow it until both regions have it'
  static override description =
    'Pushes the commit that is checked out to the CodeCommit repository of the deployment, with your AWS credentials: git keeps none of them. The pipeline checks and deploys it. If a build fails, its last lines are shown. Refuses if something is not committed; with --message it is committed first, and a folder without a repository gets one. Ctrl-C ends only the command: the pipeline continues, and the same command follows it again. Requires "delivery" in config.json of the CDK project.'

  static override exits: readonly ExitName[] = ['refused', 'unknown', 'credentials']

  static override examples = [
    '<%= config.bin %> pipeline push',
    '<%= config.bin %> pipeline push --message "list the newest first"',
  ]

  static override calls: Calls = ['map.read', 'delivery.look', 'delivery.log', 'delivery.push']

  static override flags = {
    message: Flags.string({char: 'm', description: 'Commit all changes first, with this message', helpValue: 'TEXT'}),
    wait: Flags.integer({
      description: 'Follow it for so many minutes at most; the pipeline continues',
      helpValue: 'MINUTES',
      min: 1,
      default: LONGEST_MINUTES,
    }),
  }

  async run(): Promise<PipelinePushResult> {
    const {flags} = await this.parse(PipelinePush)
    const session = this.session({lazy: true})
    const [opened, {pushToPipeline}] = await Promise.all([
      import('../../open/delivery.js').then(({openDelivery}) => openDelivery(session)),
      import('../../actions/pipeline/push.js'),
    ])
    const {message, wait: waitMinutes} = flags
    const show = (line: string): void => this.log(line)
    const {result, exit, error} = await pushToPipeline({
      ...opened,
      message,
      waitMinutes,
      show,
      emit: this.emit,
      signal: this.signal,
    })
    if (error) await this.tell(error)
    this.exitWith(exit)
    return result
  }
}
