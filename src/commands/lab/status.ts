import {LabCommand} from '../../cli/lab-command.js'
import {openLabs} from '../../open/labs.js'
import {openWorkload} from '../../open/workload.js'
import type {LabStatus} from '../../ports/lab-admin.js'

export default class LabStatusCommand extends LabCommand {
  static override answersOnly = true
  static override summary = 'Show the endpoints, roles, databases and faults of a lab'
  static override description = 'Exits 2 if the lab is not running.'
  static override examples = ['<%= config.bin %> lab status', '<%= config.bin %> lab status --json']

  async run(): Promise<LabStatus> {
    const {flags} = await this.parse(LabStatusCommand)
    const labs = await openLabs()
    const status = await labs.connect(this.labOf(flags.target)).status()
    const {labLines} = await import('../../render/lab.js')
    const {path} = await openWorkload()
    this.log(labLines(status, path, this.width).join('\n'))
    return status
  }
}
