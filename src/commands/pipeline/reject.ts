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

export default class PipelineReject extends PipelineCommand {
  static override summary = 'Reject the switch that waits in a failover pipeline'
  static override description = 'The execution ends, and nothing is changed.'
  static override exits: readonly ExitName[] = ['refused', 'unknown', 'credentials']
  static override examples = ['<%= config.bin %> pipeline reject --comment "us-east-1 answers again"']
  static override calls: Calls = ['map.read', 'pipeline.look', 'pipeline.answer']
  static override flags = {...COMMENT_FLAG, ...REGION_FLAG, ...EXECUTION_FLAG, ...ANSWER_DRY_RUN_FLAG}

  async run(): Promise<PipelineAnswerResult> {
    const {flags} = await this.parse(PipelineReject)
    const {comment, region, execution, 'dry-run': dryRun} = flags
    const [common, {answerPipeline}] = await Promise.all([
      this.pipelineInput(this.session(), region),
      import('../../actions/pipeline/answer.js'),
    ])
    return answerPipeline({...common, verdict: 'rejected', comment, execution, dryRun, emit: this.emit})
  }
}
