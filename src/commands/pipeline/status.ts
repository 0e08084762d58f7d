import type {PipelineStatusResult} from '../../actions/pipeline/result.js'
import {PipelineCommand, REGION_FLAG} from '../../cli/pipeline-command.js'
import type {Calls} from '../../permissions/calls.js'

export default class PipelineStatus extends PipelineCommand {
  static override answersOnly = true
  static override summary = 'Show the failover pipelines of both regions, the delivery pipeline, and what they ran'
  static override description =
    'Shows the newest executions of each pipeline and how they ended: who approved or rejected a switch, when and why, and how far a push has come. A pipeline whose region does not answer is shown as such. Changes nothing.'

  static override examples = [
    '<%= config.bin %> pipeline status',
    '<%= config.bin %> pipeline status --region away --json',
  ]
  static override calls: Calls = ['map.read', 'pipeline.look', 'delivery.look']
  static override flags = {...REGION_FLAG}

  async run(): Promise<PipelineStatusResult> {
    const {flags} = await this.parse(PipelineStatus)
    const session = this.session()
    const [common, delivery, {pipelineStatus}, {pipelineLines}] = await Promise.all([
      this.pipelineInput(session, flags.region),
      session.delivery(),
      import('../../actions/pipeline/status.js'),
      import('../../render/pipeline.js'),
    ])
    const result = await pipelineStatus({...common, delivery})
    for (const line of pipelineLines(result, this.width)) this.log(line)
    return result
  }
}
