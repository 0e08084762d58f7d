import {DrCommand} from '../cli/dr-command.js'
import {DrError} from '../errors.js'
import {primaryOf} from '../model/observation.js'
import {observe} from '../probes/observe.js'
import {setUp} from '../workloads/set-up.js'
import {SAMPLE_IDS} from '../workloads/todo/index.js'

export interface SeedResult {
  /** Where it was done: the primary. */
  region: string
  ids: string[]
}

export default class Seed extends DrCommand {
  static override summary = 'Create the table where it is missing, and the ToDos 1 to 10 where they are absent'
  static override description = 'Safe to repeat: nothing that exists is changed.'

  async run(): Promise<SeedResult> {
    await this.parse(Seed)
    const world = await this.session().world()
    const region = primaryOf(await observe(world, {signal: this.signal}))
    if (region === undefined) {
      throw new DrError({
        code: 'PrimaryUnknown',
        exit: 'unknown',
        what: 'nobody can say which region is the primary',
        why: 'only the primary takes writes',
        next: 'todo-dr status',
      })
    }

    await setUp(world, region, {signal: this.signal})
    this.emit({code: 'done', text: `the table in ${region} holds the ToDos 1 to 10`, next: 'todo-dr crud list'})
    return {region, ids: SAMPLE_IDS}
  }
}
