import {Flags} from '@oclif/core'
import type {Found} from '../../actions/pipeline/look.js'
import type {PipelineAnswerResult} from '../../actions/pipeline/result.js'
import {
  ANSWER_DRY_RUN_FLAG,
  COMMENT_FLAG,
  EXECUTION_FLAG,
  PipelineCommand,
  REGION_FLAG,
} from '../../cli/pipeline-command.js'
import type {ExitName} from '../../errors.js'
import type {Calls} from '../../permissions/calls.js'

export default class PipelineApprove extends PipelineCommand {
  static override summary = 'Approve the switch that waits in a failover pipeline; it begins at once'
  static override description =
    'Requires the application name: typed, or given with --confirm. Your identity, the time and the comment are stored in the journal and the report of the run. Look at `todo-dr status` first.'

  static override exits: readonly ExitName[] = ['refused', 'unknown', 'credentials']

  static override examples = [
    '<%= config.bin %> pipeline approve --comment "us-east-1 is down, see the incident channel"',
    '<%= config.bin %> pipeline approve --comment "quarterly drill" --confirm ToDoMgmt',
  ]

  static override calls: Calls = ['map.read', 'pipeline.look', 'pipeline.answer']

  static override flags = {
    ...COMMENT_FLAG,
    ...REGION_FLAG,
    ...EXECUTION_FLAG,
    ...ANSWER_DRY_RUN_FLAG,
    confirm: Flags.string({description: 'Application name, to confirm', helpValue: 'NAME'}),
  }

  async run(): Promise<PipelineAnswerResult> {
    const {flags} = await this.parse(PipelineApprove)
    const {comment, confirm, region, execution, 'dry-run': dryRun} = flags
    const [common, {answerPipeline, consentingAnswer}, {inWords}] = await Promise.all([
      this.pipelineInput(this.session(), region),
      import('../../actions/pipeline/answer.js'),
      import('../../actions/pipeline/look.js'),
    ])
    const {app} = common.deployment
    const consentFor = (found: Found) =>
      this.consent({
        app,
        confirm,
        question: `Type ${app} to approve ${inWords(found)}:`,
        danger: 'switches the wrong application',
        next: consentingAnswer(found, comment, app),
      })
    return answerPipeline({...common, verdict: 'approved', comment, execution, consentFor, dryRun, emit: this.emit})
  }
}
