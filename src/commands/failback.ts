import {Flags} from '@oclif/core'
import type {SwitchResult} from '../actions/switch/result.js'
import {SwitchCommand} from '../cli/switch-command.js'

export default class Failback extends SwitchCommand {
  static override summary = 'Go home: wait until the home region is whole again, then switch over to it'
  static override description =
    'Aurora rebuilds a lost primary by itself, in minutes to hours. The wait changes nothing; it may be cut with Ctrl-C and begun again.'

  static override flags = {
    'dry-run': Flags.boolean({description: 'Stop after the gates, with their exit status', default: false}),
  }

  async run(): Promise<SwitchResult> {
    const {flags} = await this.parse(Failback)
    return this.switch(await this.switchInput(this.session(), 'failback', flags))
  }
}
