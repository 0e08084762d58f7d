import {Flags} from '@oclif/core'
import type {SwitchResult} from '../actions/switch/result.js'
import {SwitchCommand} from '../cli/switch-command.js'
import {SWITCH} from '../permissions/calls.js'
import type {Calls} from '../permissions/calls.js'

export default class Switchover extends SwitchCommand {
  static override summary = 'Make the standby the primary, as planned and without losing data'
  static override description =
    'Both regions must answer and replication must be healthy. If it fails, or you press Ctrl-C, before the promotion, all changes are undone. After the promotion the run stops, and `todo-dr resume` continues it.'

  static override examples = [
    '<%= config.bin %> switchover --dry-run',
    '<%= config.bin %> switchover',
    '<%= config.bin %> switchover --to us-east-2 --json',
  ]

  static override calls: Calls = [...SWITCH, 'database.switchover']

  static override flags = {
    to: Flags.string({description: 'Region to make the primary; the standby by default', helpValue: 'REGION'}),
    'dry-run': Flags.boolean({description: 'Show the plan and check the gates, but change nothing', default: false}),
  }

  async run(): Promise<SwitchResult> {
    const {flags} = await this.parse(Switchover)
    return this.switch(await this.switchInput(this.session(), 'switchover', flags))
  }
}
