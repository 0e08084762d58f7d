import type {LagResult} from '../actions/lag/result.js'
import {DrCommand} from '../cli/dr-command.js'
import {LOOK} from '../permissions/calls.js'

export default class Lag extends DrCommand {
  static override summary = 'Print how far the standby is behind the primary'
  static override description = 'Prints the replication lag of each region in seconds, or "unknown".'
  static override examples = ['<%= config.bin %> lag']

  static override calls = LOOK

  async run(): Promise<LagResult> {
    await this.parse(Lag)
    const {signal} = this
    const [{runLag}, world] = await Promise.all([import('../actions/lag/run.js'), this.session().world()])
    const result = await runLag({world, signal})
    for (const {region, seconds} of result.regions) this.log(`${region}  ${seconds ?? 'unknown'}`)
    return result
  }
}
