import type {SeedResult} from '../actions/seed/result.js'
import {DrCommand} from '../cli/dr-command.js'

export default class Seed extends DrCommand {
  static override summary = 'Create the table where it is missing, and the ToDos 1 to 10 where they are absent'
  static override description = 'Safe to repeat: nothing that exists is changed.'

  async run(): Promise<SeedResult> {
    await this.parse(Seed)
    const {emit, signal} = this
    const [{runSeed}, world] = await Promise.all([import('../actions/seed/run.js'), this.session().world()])
    return runSeed({world, emit, signal})
  }
}
