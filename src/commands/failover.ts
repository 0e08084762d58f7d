import {Flags} from '@oclif/core'
import type {SwitchInput} from '../actions/switch/run.js'
import type {SwitchResult} from '../actions/switch/result.js'
import {SwitchCommand} from '../cli/switch-command.js'
import type {DrillResult} from '../measure/result.js'
import type {Session} from '../open/session.js'
import type {Consent} from '../ports/consent.js'

export default class Failover extends SwitchCommand {
  static override summary = 'Promote the standby without waiting for the primary: may lose writes'
  static override description =
    'For a primary that is gone. Wants a consent to data loss, --allow-data-loss and --confirm with the name of the application, after showing what is at risk. While the primary answers, `todo-dr switchover` loses nothing.'

  static override flags = {
    to: Flags.string({
      description: 'The region to promote; by default the one that is not the primary',
      helpValue: 'REGION',
    }),
    'dry-run': Flags.boolean({
      description: 'Stop after the gates, with their exit status',
      default: false,
      exclusive: ['measure'],
    }),
    'allow-data-loss': Flags.boolean({description: 'Accept that writes may be lost'}),
    confirm: Flags.string({description: 'The name of the application, typed out', helpValue: 'NAME'}),
    measure: Flags.boolean({
      description: 'Send load before, during and after, and judge recovery time and lost writes',
    }),
    rate: Flags.integer({
      description: 'Writes a second of --measure, and as many reads',
      default: 50,
      min: 1,
      max: 2000,
      helpValue: 'N',
    }),
    seed: Flags.integer({description: 'Seed of the load of --measure', default: 1, helpValue: 'N'}),
  }

  async run(): Promise<SwitchResult | DrillResult> {
    const {flags} = await this.parse(Failover)
    const session = this.session()
    const {app} = await session.deployment()
    const lossConsent = flags['allow-data-loss'] ? this.#lossConsent(app, flags.confirm) : undefined
    const input = {...(await this.switchInput(session, 'failover', flags)), lossConsent}
    return flags.measure ? this.#measured(session, input, flags) : this.switch(input)
  }

  /** The flag and the name: typed here, where a person can be asked, or given by --confirm. */
  #lossConsent(app: string, confirm: string | undefined): Consent {
    return this.consent({
      app,
      confirm,
      question: `Type ${app} to accept the loss:`,
      danger: 'fails over the wrong application',
      next: `todo-dr failover --allow-data-loss --confirm ${app}`,
    })
  }

  async #measured(
    session: Session,
    input: SwitchInput,
    {rate, seed}: {rate: number; seed: number},
  ): Promise<SwitchResult | DrillResult> {
    const [{runMeasuredSwitch}, outage, {kind, objectives}] = await Promise.all([
      import('../actions/switch/measured.js'),
      session.outage(),
      session.target(),
    ])
    const lab = kind === 'lab'
    const measured = await runMeasuredSwitch({...input, lab, objectives, outage, ratePerSecond: rate, seed})
    if (!('entries' in measured)) return this.concluded(measured)
    await this.report(measured, [measured.outcome])
    return measured.result
  }
}
