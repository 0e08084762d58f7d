import {Flags} from '@oclif/core'
import type {OutageResult} from '../../actions/outage/result.js'
import {DrCommand} from '../../cli/dr-command.js'
import {LOOK} from '../../permissions/calls.js'
import type {Calls} from '../../permissions/calls.js'
import type {Consent} from '../../ports/consent.js'
import {OUTAGE_KINDS} from '../../ports/outage.js'
import type {ExitName} from '../../errors.js'

export default class OutageStart extends DrCommand {
  static override summary = 'Start a rehearsal outage in a region, using only AWS calls'
  static override description =
    'With --kind api, no Lambda function of the region runs. With --kind database, the database proxy of the region loses its cluster. The original settings are stored in tags, and `todo-dr outage stop` restores them.'

  static override exits: readonly ExitName[] = ['refused', 'unknown', 'credentials']

  static override examples = [
    '<%= config.bin %> outage start',
    '<%= config.bin %> outage start --region away --kind database',
    '<%= config.bin %> outage start --target prod --confirm ToDoMgmt',
  ]

  static override calls: Calls = [...LOOK, 'mirror.get', 'outage.active', 'outage.start']

  static override flags = {
    region: Flags.string({
      description: '`home`, `away` or a region name; the home region by default, if it is the primary',
      helpValue: 'REGION',
    }),
    kind: Flags.option({options: OUTAGE_KINDS, description: 'What fails'})({default: 'api'}),
    confirm: Flags.string({description: 'Application name; required on AWS', helpValue: 'NAME'}),
  }

  async run(): Promise<OutageResult> {
    const {flags} = await this.parse(OutageStart)
    const {emit, signal} = this
    const session = this.session()
    const world = await session.world()
    const [{consentingCommand, startOutage}, {recentRuns}, outage, {name: target, kind}] = await Promise.all([
      import('../../actions/outage/run.js'),
      import('../../engine/unfinished.js'),
      session.outage(),
      session.target(),
    ])
    const {deployment} = world
    const {app} = deployment
    const consentFor = (region: string): Consent =>
      this.consent({
        app,
        confirm: flags.confirm,
        question: `Clients of ${app} in ${region} will fail. Type ${app} to continue:`,
        danger: 'breaks the wrong application',
        next: consentingCommand(region, app),
      })
    const recent = async () => recentRuns(await session.mirroredRuns(), deployment)
    const aws = kind === 'aws' ? {consentFor} : {}
    return startOutage({...flags, ...aws, target, world, recent, deployment, outage, emit, signal})
  }
}
