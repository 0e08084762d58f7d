import {Flags} from '@oclif/core'
import type {SwitchResult} from '../actions/switch/result.js'
import {SwitchCommand} from '../cli/switch-command.js'
import {SWITCH} from '../permissions/calls.js'
import type {Calls} from '../permissions/calls.js'

export default class Failback extends SwitchCommand {
  static override summary = 'Wait until the home region is healthy again, then switch over to it'
  static override description =
    'Use it after a failover, once the outage is over. Aurora rebuilds the old primary by itself, which takes minutes to hours. Waiting changes nothing: you can stop it with Ctrl-C and run the command again later.'

  static override examples = ['<%= config.bin %> failback', '<%= config.bin %> failback --dry-run']

  static override calls: Calls = [...SWITCH, 'database.switchover']

  static override flags = {
    'dry-run': Flags.boolean({description: 'Show the plan and check the gates, but change nothing', default: false}),
  }

  async run(): Promise<SwitchResult> {
    const {flags} = await this.parse(Failback)
    return this.switch(await this.switchInput(this.session(), 'failback', flags))
  }
}
