import {Flags} from '@oclif/core'
import type {PipelineStopResult} from '../../actions/pipeline/result.js'
import {EXECUTION_FLAG, PipelineCommand, REGION_FLAG} from '../../cli/pipeline-command.js'
import type {ExitName} from '../../errors.js'
import type {Calls} from '../../permissions/calls.js'

export default class PipelineStop extends PipelineCommand {
  static override summary = 'Stop the execution that is under way in a failover pipeline'
  static override description =
    'Ends an execution that waits. While its switch runs the command refuses, because the switch would be left midway; with --abandon it ends the build too, and `todo-dr resume` continues the run from here.'

  static override exits: readonly ExitName[] = ['refused', 'credentials']
  static override examples = ['<%= config.bin %> pipeline stop', '<%= config.bin %> pipeline stop --abandon']
  static override calls: Calls = ['map.read', 'pipeline.look', 'pipeline.stop']
  static override flags = {
    ...REGION_FLAG,
    ...EXECUTION_FLAG,
    abandon: Flags.boolean({description: 'End the build of a running switch, which stays midway', default: false}),
  }

  async run(): Promise<PipelineStopResult> {
    const {flags} = await this.parse(PipelineStop)
    const {region, execution, abandon} = flags
    const [common, {stopPipeline}] = await Promise.all([
      this.pipelineInput(this.session(), region),
      import('../../actions/pipeline/stop.js'),
    ])
    return stopPipeline({...common, execution, abandon, emit: this.emit})
  }
}
