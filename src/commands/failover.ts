import {Flags} from '@oclif/core'
import type {SwitchResult} from '../actions/switch/result.js'
import {APPROVAL_FLAG, DRY_RUN_FLAG, SwitchCommand, WAIVE_FLAG, measureFlags} from '../cli/switch-command.js'
import {MEASURE, SWITCH} from '../permissions/calls.js'
import type {Calls} from '../permissions/calls.js'
import type {DrillResult} from '../measure/result.js'

export default class Failover extends SwitchCommand {
  static override summary = 'Promote the standby without waiting for the primary; may lose writes'
  static override description =
    'Use it when the primary is lost. If the primary still answers, use `todo-dr switchover`, which loses nothing. Shows how much data is at risk, then requires your consent: --allow-data-loss, and the application name, typed or given with --confirm.'

  static override examples = [
    '<%= config.bin %> failover --dry-run',
    '<%= config.bin %> failover --to us-east-2 --allow-data-loss',
    '<%= config.bin %> failover --allow-data-loss --confirm ToDoMgmt --measure',
  ]

  static override calls: Calls = [...SWITCH, ...MEASURE, 'database.failover']

  static override flags = {
    to: Flags.string({
      description: 'Region to promote; the standby by default',
      helpValue: 'REGION',
    }),
    ...DRY_RUN_FLAG,
    'allow-data-loss': Flags.boolean({description: 'Accept that acknowledged writes may be lost'}),
    confirm: Flags.string({description: 'Application name, to confirm', helpValue: 'NAME'}),
    ...WAIVE_FLAG,
    ...APPROVAL_FLAG,
    ...measureFlags('failover'),
  }

  async run(): Promise<SwitchResult | DrillResult> {
    const {flags} = await this.parse(Failover)
    const session = this.session()
    const {app} = await session.deployment()
    const lossConsent = flags['allow-data-loss'] ? this.lossConsent(app, flags.confirm, 'todo-dr failover') : undefined
    const input = {...(await this.switchInput(session, 'failover', flags)), lossConsent}
    return this.carryOut(session, input, flags)
  }
}
