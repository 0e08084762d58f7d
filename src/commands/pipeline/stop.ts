import {Flags} from '@oclif/core'
import type {PipelineStopResult} from '../../actions/pipeline/result.js'
import {DELIVERY_FLAG, EXECUTION_FLAG, PipelineCommand, REGION_FLAG} from '../../cli/pipeline-command.js'
import type {ExitName} from '../../errors.js'
import type {Calls} from '../../permissions/calls.js'

export default class PipelineStop extends PipelineCommand {
  static override summary = 'Stop the execution that is under way in a failover pipeline, or in the delivery pipeline'
  static override description =
    'Ends an execution that waits. While its switch runs the command refuses, because the switch would be left midway; with --abandon it ends the build too, and `todo-dr resume` continues the run from here. With --delivery it ends what a push has started; while that is being deployed the command refuses, because one region would be left without the change.'

  static override exits: readonly ExitName[] = ['refused', 'unknown', 'credentials']
  static override examples = [
    '<%= config.bin %> pipeline stop',
    '<%= config.bin %> pipeline stop --abandon',
    '<%= config.bin %> pipeline stop --delivery',
  ]
  static override calls: Calls = ['map.read', 'pipeline.look', 'pipeline.stop', 'delivery.look', 'delivery.stop']
  static override flags = {
    ...REGION_FLAG,
    ...DELIVERY_FLAG,
    ...EXECUTION_FLAG,
    abandon: Flags.boolean({
      description: 'End the build of a running switch or deployment too, which stays midway',
      default: false,
    }),
  }

  async run(): Promise<PipelineStopResult> {
    const {flags} = await this.parse(PipelineStop)
    const {region, execution, abandon} = flags
    const session = this.session()
    if (flags.delivery) {
      const [input, {stopDelivery}] = await Promise.all([
        this.deliveryInput(session, execution),
        import('../../actions/pipeline/delivery-stop.js'),
      ])
      return stopDelivery({...input, abandon})
    }

    const [common, {stopPipeline}] = await Promise.all([
      this.pipelineInput(session, region),
      import('../../actions/pipeline/stop.js'),
    ])
    return stopPipeline({...common, execution, abandon, emit: this.emit})
  }
}
