import type {LabListResult} from '../../actions/lab/result.js'
import {UNTARGETED_FLAGS} from '../../cli/dr-command.js'
import {LabCommand} from '../../cli/lab-command.js'
import {openLabs} from '../../open/labs.js'

export default class LabList extends LabCommand {
  static override answersOnly = true
  static override summary = 'List the labs that run on this machine'
  static override description =
    'Lists those of this user, with their endpoints. Other commands use one with --target lab:NAME.'

  // It is about all of them.
  static override baseFlags = UNTARGETED_FLAGS

  static override examples = ['<%= config.bin %> lab list', '<%= config.bin %> lab list --json']

  async run(): Promise<LabListResult> {
    await this.parse(LabList)
    const labs = await (await openLabs()).list()
    const {labTable} = await import('../../render/lab.js')
    if (labs.length > 0) this.log(labTable(labs, this.width).join('\n'))
    else this.emit({code: 'done', text: 'No lab is running.', next: 'todo-dr lab start'})
    return {schemaVersion: 1, labs}
  }
}
