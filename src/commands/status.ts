import type {StatusResult} from '../actions/status/result.js'
import {DrCommand} from '../cli/dr-command.js'

export default class Status extends DrCommand {
  static override summary = 'Look at both regions, and name the situation'
  static override description = 'Ends 0 where everything is healthy, 5 where something is not, 6 where nobody can tell.'

  async run(): Promise<StatusResult> {
    await this.parse(Status)
    const session = this.session()
    const world = await session.world()
    const [{runStatus}, {statusTable}, {name: target}] = await Promise.all([
      import('../actions/status/run.js'),
      import('../render/status.js'),
      session.target(),
    ])
    const {status, diagnosis, exit} = await runStatus({target, world, signal: this.signal})
    this.log(statusTable(status))
    this.emit({code: 'diagnosis', ...diagnosis})
    this.exitWith(exit)
    return status
  }
}
