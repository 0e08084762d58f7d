import type {StatusResult} from '../actions/status/result.js'
import {DrCommand} from '../cli/dr-command.js'
import type {ExitName} from '../errors.js'
import {LOOK} from '../permissions/calls.js'
import type {Calls} from '../permissions/calls.js'

export default class Status extends DrCommand {
  static override answersOnly = true
  static override summary = 'Show the state of both regions and what to do next'
  static override description =
    'Reads both regions, names the situation and suggests the next command. Changes nothing. Exits 0 if everything is healthy, 5 if something is not, and 6 if the state is unknown.'

  static override exits: readonly ExitName[] = ['missed', 'unknown', 'credentials']
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --target prod --json']

  static override calls: Calls = [...LOOK, 'mirror.get']

  async run(): Promise<StatusResult> {
    await this.parse(Status)
    const session = this.session()
    const world = await session.world()
    const [{runStatus}, {statusTable, unfinishedLines, unprovenLines}, {name: target}, runs] = await Promise.all([
      import('../actions/status/run.js'),
      import('../render/status.js'),
      session.target(),
      session.mirroredRuns(),
    ])
    const {status, diagnosis, exit} = await runStatus({target, world, runs, signal: this.signal})
    this.log(statusTable(status, this.width))
    for (const line of [...unprovenLines(status, this.width), ...unfinishedLines(status, this.width)])
      this.log(this.aim(line))
    this.answer({code: 'diagnosis', ...diagnosis})
    this.exitWith(exit)
    return status
  }
}
