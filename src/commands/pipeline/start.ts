import {Args, Flags} from '@oclif/core'
import type {PipelineStartResult} from '../../actions/pipeline/result.js'
import {PipelineCommand} from '../../cli/pipeline-command.js'
import type {ExitName} from '../../errors.js'
import {PIPELINE_COMMANDS} from '../../model/pipeline.js'
import type {PipelineCommand as Verb} from '../../model/pipeline.js'
import {LOOK} from '../../permissions/calls.js'
import type {Calls} from '../../permissions/calls.js'

export default class PipelineStart extends PipelineCommand {
  static override summary = 'Start a switch in a failover pipeline; it waits for approval'
  static override description =
    'Runs in the region that is to become the primary: the standby, or home for a failback. Nothing is changed before `todo-dr pipeline approve`; without an answer within an hour the execution ends as rejected. The alarm topic of the region tells who can approve. Refuses while an execution is under way in either region. A failover may lose writes, so it requires the application name: typed, or given with --confirm. Requires "pipeline": "failover" in config.json of the CDK project.'

  static override exits: readonly ExitName[] = ['refused', 'unknown', 'credentials']

  static override examples = [
    '<%= config.bin %> pipeline start switchover',
    '<%= config.bin %> pipeline start failover --dry-run',
    '<%= config.bin %> pipeline start failover --region us-east-2 --confirm ToDoMgmt',
  ]

  static override calls: Calls = [...LOOK, 'mirror.get', 'pipeline.look', 'pipeline.start']

  static override args = {
    command: Args.string({
      description: 'What to run once it is approved',
      options: [...PIPELINE_COMMANDS],
      required: true,
    }),
  }

  static override flags = {
    region: Flags.string({
      description: '`home`, `away` or a region name: the region that is to become the primary',
      helpValue: 'REGION',
    }),
    'dry-run': Flags.boolean({description: 'Look at the pipeline, but start nothing', default: false}),
    confirm: Flags.string({description: 'Application name, to confirm a failover', helpValue: 'NAME'}),
  }

  async run(): Promise<PipelineStartResult> {
    const {args, flags} = await this.parse(PipelineStart)
    const {region, confirm, 'dry-run': dryRun} = flags
    const command = args.command as Verb
    const session = this.session()
    const [common, world, {consentingStart, startPipeline}, {recentRuns}] = await Promise.all([
      this.pipelineInput(session, region),
      session.world(),
      import('../../actions/pipeline/start.js'),
      import('../../engine/unfinished.js'),
    ])
    const {app} = common.deployment
    const consentFor = (there: string) =>
      this.consent({
        app,
        confirm,
        question: `A failover to ${there} may lose writes. Type ${app} to start it:`,
        danger: 'fails over the wrong application',
        next: consentingStart(command, there, app),
      })
    return startPipeline({
      ...common,
      command,
      world,
      recent: async () => recentRuns(await session.mirroredRuns(), world.deployment),
      ...(command === 'failover' && {consentFor}),
      dryRun,
      emit: this.emit,
    })
  }
}
