import {Flags} from '@oclif/core'
import type {OutageResult} from '../../actions/outage/result.js'
import {DrCommand} from '../../cli/dr-command.js'
import type {Consent} from '../../ports/consent.js'
import {OUTAGE_KINDS} from '../../ports/outage.js'

export default class OutageStart extends DrCommand {
  static override summary = 'Make a rehearsal outage of a region, with AWS calls alone'
  static override description =
    'api: no function of the region runs any more. database: its proxy loses the cluster. What was there before is remembered in tags, and `todo-dr outage stop` puts it back.'

  static override flags = {
    region: Flags.string({
      description: '`home`, `away` or a region; by default home, while home is the primary',
      helpValue: 'REGION',
    }),
    kind: Flags.option({options: OUTAGE_KINDS, description: 'What fails'})({default: 'api'}),
    confirm: Flags.string({description: 'The name of the application; wanted off the lab', helpValue: 'NAME'}),
  }

  async run(): Promise<OutageResult> {
    const {flags} = await this.parse(OutageStart)
    const {emit, signal} = this
    const session = this.session()
    const world = await session.world()
    const [{consentingCommand, startOutage}, outage, {name: target, kind}] = await Promise.all([
      import('../../actions/outage/run.js'),
      session.outage(),
      session.target(),
    ])
    const {deployment} = world
    const {app} = deployment
    const consentFor = (region: string): Consent =>
      this.consent({
        app,
        confirm: flags.confirm,
        question: `Clients of ${app} in ${region} will fail. Type ${app} to go on:`,
        danger: 'breaks the wrong application',
        next: consentingCommand(region, app),
      })
    const aws = kind === 'aws' ? {consentFor} : {}
    return startOutage({...flags, ...aws, target, world, deployment, outage, emit, signal})
  }
}
