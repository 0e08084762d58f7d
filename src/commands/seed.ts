import type {SeedResult} from '../actions/seed/result.js'
import {DrCommand} from '../cli/dr-command.js'
import type {ExitName} from '../errors.js'
import {LOOK} from '../permissions/calls.js'
import type {Calls} from '../permissions/calls.js'

export default class Seed extends DrCommand {
  static override summary = 'Create the table and the ToDos 1 to 10 if they are missing'
  static override description = 'Safe to repeat: existing ToDos are not changed.'

  static override exits: readonly ExitName[] = ['unknown', 'credentials']
  static override examples = ['<%= config.bin %> seed', '<%= config.bin %> seed --target prod']

  static override calls: Calls = [...LOOK, 'functions.createTable']

  async run(): Promise<SeedResult> {
    await this.parse(Seed)
    const {emit, signal} = this
    const [{runSeed}, world] = await Promise.all([import('../actions/seed/run.js'), this.session().world()])
    return runSeed({world, emit, signal})
  }
}
