import {diagnose} from '../diagnose.js'
import {DrCommand} from '../cli/dr-command.js'
import {observe} from '../probes/observe.js'
import {statusOf, statusTable} from '../render/status.js'
import type {StatusResult} from '../render/status.js'

export default class Status extends DrCommand {
  static override summary = 'Look at both regions, and name the situation'
  static override description = 'Ends 0 where everything is healthy, 5 where something is not, 6 where nobody can tell.'

  async run(): Promise<StatusResult> {
    await this.parse(Status)
    const session = this.session()
    const [world, {name}] = await Promise.all([session.world(), session.target()])
    const observation = await observe(world, {signal: this.signal})
    const diagnosis = diagnose(observation)
    const status = statusOf(name, observation, diagnosis)
    this.log(statusTable(status))
    this.emit({code: 'diagnosis', ...diagnosis})
    if (diagnosis.situation !== 'Healthy') this.exitWith(diagnosis.situation === 'Unknown' ? 'unknown' : 'missed')
    return status
  }
}
