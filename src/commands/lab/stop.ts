import type {LabStopResult} from '../../actions/lab/result.js'
import {LabCommand} from '../../cli/lab-command.js'
import {openLabs} from '../../open/labs.js'

export default class LabStop extends LabCommand {
  static override summary = 'Stop a lab and remove its data'
  static override description = 'Returns when all processes, ports, sockets and folders of the lab are gone.'
  static override examples = ['<%= config.bin %> lab stop', '<%= config.bin %> lab stop --target lab:second']

  async run(): Promise<LabStopResult> {
    const {flags} = await this.parse(LabStop)
    const lab = this.labOf(flags.target)
    const labs = await openLabs()
    const {crashed} = await labs.stop(lab)
    const text = crashed ? 'had crashed; its leftovers are removed' : 'is stopped and removed'
    this.emit({code: 'done', text: `lab "${lab}" ${text}`})
    return {lab, crashed}
  }
}
