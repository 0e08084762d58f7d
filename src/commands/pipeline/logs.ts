import {Flags} from '@oclif/core'
import type {PipelineLogsResult} from '../../actions/pipeline/result.js'
import {DELIVERY_FLAG, EXECUTION_FLAG, PipelineCommand, REGION_FLAG} from '../../cli/pipeline-command.js'
import type {Calls} from '../../permissions/calls.js'

export default class PipelineLogs extends PipelineCommand {
  static override answersOnly = true
  static override summary = 'Print what the newest switch of a failover pipeline has said, or the newest delivery'
  static override description =
    'Reads the log of the build, which the region keeps for 30 days. With --follow it continues until the build ends. With --delivery it reads all builds of the newest push, and follows the execution to its end. Changes nothing.'

  static override examples = [
    '<%= config.bin %> pipeline logs',
    '<%= config.bin %> pipeline logs --region us-east-2 --follow',
    '<%= config.bin %> pipeline logs --delivery --follow',
  ]
  static override calls: Calls = ['map.read', 'pipeline.look', 'pipeline.log', 'delivery.look', 'delivery.log']
  static override flags = {
    ...REGION_FLAG,
    ...DELIVERY_FLAG,
    ...EXECUTION_FLAG,
    follow: Flags.boolean({char: 'f', description: 'Continue until the build, or the delivery, ends', default: false}),
  }

  async run(): Promise<PipelineLogsResult> {
    const {flags} = await this.parse(PipelineLogs)
    const {region, execution, follow} = flags
    const session = this.session()
    const show = (line: string): void => this.log(line)
    if (flags.delivery) {
      const [input, {deliveryLogs}, {clock}] = await Promise.all([
        this.deliveryInput(session, execution),
        import('../../actions/pipeline/delivery-logs.js'),
        session.world(),
      ])
      return deliveryLogs({...input, follow, clock, show})
    }

    const [common, {pipelineLogs}, {clock}] = await Promise.all([
      this.pipelineInput(session, region),
      import('../../actions/pipeline/logs.js'),
      session.world(),
    ])
    return pipelineLogs({...common, execution, follow, clock, show})
  }
}
