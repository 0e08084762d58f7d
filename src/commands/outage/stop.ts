import type {OutageResult} from '../../actions/outage/result.js'
import {DrCommand} from '../../cli/dr-command.js'

export default class OutageStop extends DrCommand {
  static override summary = 'End every rehearsal outage, and put back what was there before'

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
