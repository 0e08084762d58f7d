import {Flags} from '@oclif/core'
import type {SwitchResult} from '../actions/switch/result.js'
import {SwitchCommand} from '../cli/switch-command.js'

export default class Switchover extends SwitchCommand {
  static override summary = 'Swap the roles of both regions, as planned: drains first, loses nothing'
  static override description =
    'Both regions must answer and replication must be healthy. Before the promotion a failure, or Ctrl-C, takes everything back; after it the run stops and `todo-dr resume` goes on.'

  static override flags = {
    to: Flags.string({description: 'The region to make primary; by default the one that is not', helpValue: 'REGION'}),
    'dry-run': Flags.boolean({description: 'Stop after the gates, with their exit status', default: false}),
  }

  async run(): Promise<SwitchResult> {
    const {flags} = await this.parse(Switchover)
    return this.switch(await this.switchInput(this.session(), 'switchover', flags))
  }
}
