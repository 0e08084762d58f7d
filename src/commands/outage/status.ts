import type {OutageResult} from '../../actions/outage/result.js'
import {DrCommand} from '../../cli/dr-command.js'
import type {Calls} from '../../permissions/calls.js'

export default class OutageStatus extends DrCommand {
  static override answersOnly = true
  static override summary = 'Show the active rehearsal outages'
  static override description = 'Shows the region, the kind and the start time of each. Changes nothing.'
  static override examples = ['<%= config.bin %> outage status', '<%= config.bin %> outage status --json']

  static override calls: Calls = ['map.read', 'outage.active']

  async run(): Promise<OutageResult> {
    await this.parse(OutageStatus)
    const session = this.session()
    const deployment = await session.deployment()
    const [{activeOutages}, outage, {name: target}] = await Promise.all([
      import('../../actions/outage/run.js'),
      session.outage(),
      session.target(),
    ])
    const result = await activeOutages({target, deployment, outage, signal: this.signal})
    for (const {kind, region, startedAt} of result.outages)
      this.log(`${region}  ${kind}  since ${new Date(startedAt).toISOString()}`)
    if (result.outages.length === 0) this.log('no active outage')
    return result
  }
}
