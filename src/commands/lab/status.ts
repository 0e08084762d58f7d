import {Flags} from '@oclif/core'
import {DrCommand, UNTARGETED_FLAGS} from '../../cli/dr-command.js'
import {openLabs} from '../../open/labs.js'
import {openWorkload} from '../../open/workload.js'
import type {LabStatus} from '../../ports/lab-admin.js'

export default class LabStatusCommand extends DrCommand {
  static override summary = 'Show the endpoints, roles, databases and faults of a lab'
  static override description = 'Exits 2 if the lab is not running.'
  static override examples = ['<%= config.bin %> lab status', '<%= config.bin %> lab status --json']
  static override baseFlags = UNTARGETED_FLAGS

  static override flags = {
    lab: Flags.string({description: 'Name of the lab', default: 'default', helpValue: 'NAME'}),
  }

  async run(): Promise<LabStatus> {
    const {flags} = await this.parse(LabStatusCommand)
    const labs = await openLabs()
    const status = await labs.connect(flags.lab).status()
    const {labLines} = await import('../../render/lab.js')
    const {path} = await openWorkload()
    this.log(labLines(status, path).join('\n'))
    return status
  }
}
