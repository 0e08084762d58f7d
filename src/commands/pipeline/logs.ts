import {Flags} from '@oclif/core'
import type {PipelineLogsResult} from '../../actions/pipeline/result.js'
import {EXECUTION_FLAG, PipelineCommand, REGION_FLAG} from '../../cli/pipeline-command.js'
import type {Calls} from '../../permissions/calls.js'

export default class PipelineLogs extends PipelineCommand {
  static override answersOnly = true
  static override summary = 'Print what the newest switch of a failover pipeline has said'
  static override description =
    'Reads the log of the build, which the region keeps for 30 days. With --follow it continues until the build ends. Changes nothing.'

  static override examples = [
    '<%= config.bin %> pipeline logs',
    '<%= config.bin %> pipeline logs --region us-east-2 --follow',
  ]
  static override calls: Calls = ['map.read', 'pipeline.look', 'pipeline.log']
  static override flags = {
    ...REGION_FLAG,
    ...EXECUTION_FLAG,
    follow: Flags.boolean({char: 'f', description: 'Continue until the build ends', default: false}),
  }

  async run(): Promise<PipelineLogsResult> {
    const {flags} = await this.parse(PipelineLogs)
    const {region, execution, follow} = flags
    const session = this.session()
    const [common, {pipelineLogs}, {clock}] = await Promise.all([
      this.pipelineInput(session, region),
      import('../../actions/pipeline/logs.js'),
      session.world(),
    ])
    return pipelineLogs({...common, execution, follow, clock, show: (line) => this.log(line)})
  }
}
