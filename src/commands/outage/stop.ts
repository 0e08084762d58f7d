import {DrCommand} from '../../cli/dr-command.js'
import {regionNames} from '../../model/regions.js'
import type {OutageResult} from './start.js'

export default class OutageStop extends DrCommand {
  static override summary = 'End every rehearsal outage, and put back what was there before'

  async run(): Promise<OutageResult> {
    await this.parse(OutageStop)
    const session = this.session()
    const [deployment, outage, {name}] = await Promise.all([session.deployment(), session.outage(), session.target()])
    const regions = regionNames(deployment)
    const stopped = await Promise.allSettled(regions.map((region) => outage.stop(region, {signal: this.signal})))
    const outages = stopped.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
    for (const {kind, region} of outages) this.emit({code: 'note', text: `The ${kind} of ${region} is back.`})
    // After the other region was seen to: one that is silent must not keep it out.
    const failed = stopped.find((one) => one.status === 'rejected')
    if (failed) throw failed.reason
    this.emit({
      code: 'done',
      text: outages.length === 0 ? 'No outage was on.' : 'Every outage has ended.',
      next: 'todo-dr status',
    })
    return {schemaVersion: 1, target: name, outages}
  }
}
