import {Flags} from '@oclif/core'
import {LabCommand} from '../../cli/lab-command.js'
import {openLabs} from '../../open/labs.js'

export default class LabLogs extends LabCommand {
  static override answersOnly = true
  static override summary = 'Print the log of a running lab'
  static override description = 'Prints the log so far. With --follow, keeps printing new lines.'
  static override examples = ['<%= config.bin %> lab logs', '<%= config.bin %> lab logs --follow']
  static override enableJsonFlag = false

  static override flags = {
    follow: Flags.boolean({char: 'f', description: 'Keep printing until the lab stops or you press Ctrl-C'}),
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(LabLogs)
    const {signal} = this
    const [{readLog}, labs] = await Promise.all([import('../../actions/lab/logs.js'), openLabs()])
    const file = await labs.logFile(this.labOf(flags.target))
    for await (const bytes of readLog({file, follow: flags.follow, signal})) process.stdout.write(bytes)
  }
}
