import type {LabStopResult} from '../../actions/lab/result.js'
import {LabCommand, labFlag} from '../../cli/lab-command.js'
import {openLabs} from '../../open/labs.js'

export default class LabStop extends LabCommand {
  static override summary = 'Stop a lab and remove its data'
  static override description = 'Returns when all processes, ports, sockets and folders of the lab are gone.'
  static override examples = ['<%= config.bin %> lab stop', '<%= config.bin %> lab stop --lab second']

  static override flags = {
    lab: labFlag(),
  }

  async run(): Promise<LabStopResult> {
    const {flags} = await this.parse(LabStop)
    const labs = await openLabs()
    const {crashed} = await labs.stop(flags.lab)
    const text = crashed ? 'had crashed; its leftovers are removed' : 'is stopped and removed'
    this.emit({code: 'done', text: `lab "${flags.lab}" ${text}`})
    return {lab: flags.lab, crashed}
  }
}
