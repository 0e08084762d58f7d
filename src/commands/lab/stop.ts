import {Flags} from '@oclif/core'

import type {LabStopResult} from '../../actions/lab/result.js'
import {DrCommand} from '../../cli/dr-command.js'
import {openLabs} from '../../open/labs.js'

export default class LabStop extends DrCommand {
  static override summary = 'Stop a lab; returns when no process, port, socket or folder of it is left'
  static override examples = ['<%= config.bin %> lab stop']
  static override baseFlags = {'no-input': DrCommand.baseFlags['no-input']!}

  static override flags = {
    lab: Flags.string({description: 'Name of the lab', default: 'default', helpValue: 'NAME'}),
  }

  async run(): Promise<LabStopResult> {
    const {flags} = await this.parse(LabStop)
    const labs = await openLabs()
    const {crashed} = await labs.stop(flags.lab)
    const text = crashed ? 'had crashed; what it left is removed' : 'is stopped; nothing is left'
    this.emit({code: 'done', text: `lab "${flags.lab}" ${text}`})
    return {lab: flags.lab, crashed}
  }
}
