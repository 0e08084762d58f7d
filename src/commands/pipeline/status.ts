import type {PipelineStatusResult} from '../../actions/pipeline/result.js'
import {PipelineCommand, REGION_FLAG} from '../../cli/pipeline-command.js'
import type {Calls} from '../../permissions/calls.js'

export default class PipelineStatus extends PipelineCommand {
  static override answersOnly = true
  static override summary = 'Show the failover pipelines of both regions and what they ran'
  static override description =
    'Shows the newest executions of each pipeline: who approved or rejected them, when and why, and how they ended. A region that does not answer is shown as such. Changes nothing.'

  static override examples = [
    '<%= config.bin %> pipeline status',
    '<%= config.bin %> pipeline status --region away --json',
  ]
  static override calls: Calls = ['map.read', 'pipeline.look']
  static override flags = {...REGION_FLAG}

  async run(): Promise<PipelineStatusResult> {
    const {flags} = await this.parse(PipelineStatus)
    const [common, {pipelineStatus}, {pipelineLines}] = await Promise.all([
      this.pipelineInput(this.session(), flags.region),
      import('../../actions/pipeline/status.js'),
      import('../../render/pipeline.js'),
    ])
    const result = await pipelineStatus(common)
    for (const line of pipelineLines(result, this.width)) this.log(line)
    return result
  }
}
