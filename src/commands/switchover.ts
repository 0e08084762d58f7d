import {Flags} from '@oclif/core'
import type {SwitchResult} from '../actions/switch/result.js'
import {
  APPROVAL_FLAG,
  DRY_RUN_FLAG,
  PLANNED_FLAGS,
  SwitchCommand,
  WAIVE_FLAG,
  measureFlags,
} from '../cli/switch-command.js'
import type {DrillResult} from '../measure/result.js'
import {MEASURE, SWITCH} from '../permissions/calls.js'
import type {Calls} from '../permissions/calls.js'

export default class Switchover extends SwitchCommand {
  static override summary = 'Make the standby the primary, as planned and without losing data'
  static override description =
    'Both regions must answer and replication must be healthy. First it wakes the functions of the standby; then Aurora exchanges the roles, and clients follow as soon as the new primary takes a write. Clients cannot write until then, so it asks before it begins; --yes skips the question. If it fails, or you press Ctrl-C, before the promotion, all changes are undone. After the promotion the run stops, and `todo-dr resume` continues it.'

  static override examples = [
    '<%= config.bin %> switchover --dry-run',
    '<%= config.bin %> switchover',
    '<%= config.bin %> switchover --to us-east-2 --json',
    '<%= config.bin %> switchover --yes',
    '<%= config.bin %> switchover --measure --rate 20',
    '<%= config.bin %> switchover --drain',
    '<%= config.bin %> switchover --waive target-capacity="few clients at night"',
  ]

  static override calls: Calls = [...SWITCH, ...MEASURE, 'database.switchover']

  static override flags = {
    to: Flags.string({description: 'Region to make the primary; the standby by default', helpValue: 'REGION'}),
    ...DRY_RUN_FLAG,
    ...WAIVE_FLAG,
    ...APPROVAL_FLAG,
    ...PLANNED_FLAGS,
    ...measureFlags('switchover'),
  }

  async run(): Promise<SwitchResult | DrillResult> {
    const {flags} = await this.parse(Switchover)
    return this.planned(this.session(), 'switchover', flags)
  }
}
