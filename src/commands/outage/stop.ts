import type {OutageResult} from '../../actions/outage/result.js'
import {DrCommand} from '../../cli/dr-command.js'
import type {Calls} from '../../permissions/calls.js'

export default class OutageStop extends DrCommand {
  static override summary = 'End all rehearsal outages and restore the original settings'
  static override description = 'Safe to repeat. Touches only what `todo-dr outage start` changed.'
  static override examples = ['<%= config.bin %> outage stop']

  static override calls: Calls = ['map.read', 'outage.active', 'outage.stop']

  async run(): Promise<OutageResult> {
    await this.parse(OutageStop)
    const {emit, signal} = this
    const session = this.session()
    const deployment = await session.deployment()
    const [{stopOutages}, outage, {name: target}] = await Promise.all([
      import('../../actions/outage/run.js'),
      session.outage(),
      session.target(),
    ])
    return stopOutages({target, deployment, outage, emit, signal})
  }
}
