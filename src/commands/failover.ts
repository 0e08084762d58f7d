import {Flags} from '@oclif/core'
import type {SwitchInput} from '../actions/switch/run.js'
import type {SwitchResult} from '../actions/switch/result.js'
import {SwitchCommand} from '../cli/switch-command.js'
import {SWITCH} from '../permissions/calls.js'
import type {Calls} from '../permissions/calls.js'
import type {DrillResult} from '../measure/result.js'
import type {Session} from '../open/session.js'
import type {ExitName} from '../errors.js'

export default class Failover extends SwitchCommand {
  static override summary = 'Promote the standby without waiting for the primary; may lose writes'
  static override description =
    'Use it when the primary is lost. If the primary still answers, use `todo-dr switchover`, which loses nothing. Shows how much data is at risk, then requires your consent: --allow-data-loss, and the application name, typed or given with --confirm.'

  static override exits: readonly ExitName[] = ['refused', 'stopped', 'missed', 'unknown', 'credentials']

  static override examples = [
    '<%= config.bin %> failover --dry-run',
    '<%= config.bin %> failover --to us-east-2 --allow-data-loss',
    '<%= config.bin %> failover --allow-data-loss --confirm ToDoMgmt --measure',
  ]

  // Under --measure it asks for the outage that it measures, and for the writes that survived.
  static override calls: Calls = [...SWITCH, 'database.failover', 'outage.active', 'functions.present']

  static override flags = {
    to: Flags.string({
      description: 'Region to promote; the standby by default',
      helpValue: 'REGION',
    }),
    'dry-run': Flags.boolean({
      description: 'Show the plan and check the gates, but change nothing',
      default: false,
      exclusive: ['measure'],
    }),
    'allow-data-loss': Flags.boolean({description: 'Accept that acknowledged writes may be lost'}),
    confirm: Flags.string({description: 'Application name, to confirm', helpValue: 'NAME'}),
    measure: Flags.boolean({
      description: 'Send load before, during and after the failover, and measure recovery time and lost writes',
    }),
    rate: Flags.integer({
      description: 'Writes per second for --measure (plus as many reads)',
      default: 50,
      min: 1,
      max: 2000,
      helpValue: 'N',
    }),
    seed: Flags.integer({
      description: 'Seed for the request ids of the load for --measure',
      default: 1,
      helpValue: 'N',
    }),
  }

  async run(): Promise<SwitchResult | DrillResult> {
    const {flags} = await this.parse(Failover)
    const session = this.session()
    const {app} = await session.deployment()
    const lossConsent = flags['allow-data-loss'] ? this.lossConsent(app, flags.confirm, 'todo-dr failover') : undefined
    const input = {...(await this.switchInput(session, 'failover', flags)), lossConsent}
    return flags.measure ? this.#measured(session, input, flags) : this.switch(input)
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
