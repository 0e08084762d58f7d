import {DrCommand} from '../../cli/dr-command.js'
import {regionNames} from '../../model/regions.js'
import type {OutageResult} from './start.js'

export default class OutageStatus extends DrCommand {
  static override summary = 'Show the rehearsal outages that are on'

  async run(): Promise<OutageResult> {
    await this.parse(OutageStatus)
    const session = this.session()
    const [deployment, outage, {name}] = await Promise.all([session.deployment(), session.outage(), session.target()])
    const looks = regionNames(deployment).map((region) => outage.active(region, {signal: this.signal}))
    const outages = (await Promise.all(looks)).flat()
    for (const {kind, region, startedAt} of outages)
      this.log(`${region}  ${kind}  since ${new Date(startedAt).toISOString()}`)
    if (outages.length === 0) this.log('no outage')
    return {schemaVersion: 1, target: name, outages}
  }
}
