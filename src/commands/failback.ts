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

export default class Failback extends SwitchCommand {
  static override summary = 'Wait until the home region is healthy again, then switch over to it'
  static override description =
    'Use it after a failover. It waits while the home region is silent, too. Aurora rebuilds the old primary by itself, which takes minutes to hours. Waiting changes nothing: you can stop it with Ctrl-C and run the command again later. The switch itself is that of `todo-dr switchover`: clients cannot write until the new primary takes a write, so it asks before it begins; --yes skips the question.'

  static override examples = [
    '<%= config.bin %> failback',
    '<%= config.bin %> failback --dry-run',
    '<%= config.bin %> failback --yes',
    '<%= config.bin %> failback --measure',
  ]

  static override calls: Calls = [...SWITCH, ...MEASURE, 'database.switchover', 'leftVolumes.list', 'leftVolumes.keep']

  static override flags = {
    ...DRY_RUN_FLAG,
    ...WAIVE_FLAG,
    ...APPROVAL_FLAG,
    ...PLANNED_FLAGS,
    ...measureFlags('failback'),
  }

  async run(): Promise<SwitchResult | DrillResult> {
    const {flags} = await this.parse(Failback)
    return this.planned(this.session(), 'failback', flags)
  }
}
