import {Flags} from '@oclif/core'
import type {SeedResult} from '../actions/seed/result.js'
import {DrCommand} from '../cli/dr-command.js'
import {operator} from '../cli/operator.js'
import type {ExitName} from '../errors.js'
import {LOOK} from '../permissions/calls.js'
import type {Calls} from '../permissions/calls.js'

export default class Seed extends DrCommand {
  static override summary =
    "Apply the project's migrations, and create the table and the ToDos 1 to 10 if they are missing"
  static override description =
    'Applies the files `migrations/NNNN_name.sql` beside todo-dr.yaml that the database does not have yet, in order, each once. Refused while the standby could not follow, during a switch, and if a file was changed after it was applied. Waits until the standby has the same schema. If a migration breaks midway, it is not run again by itself: correct the statement that failed and use --retry, or finish it by hand and use --mark-done. Safe to repeat: existing ToDos are not changed. Without such files, only the table and the ToDos are created. See docs/migrations.md.'

  static override exits: readonly ExitName[] = ['refused', 'missed', 'unknown', 'credentials']
  static override examples = [
    '<%= config.bin %> seed',
    '<%= config.bin %> seed --dry-run',
    '<%= config.bin %> seed --status --json',
    '<%= config.bin %> seed --target prod',
  ]

  static override calls: Calls = [...LOOK, 'mirror.get', 'functions.createTable', 'functions.present']

  static override flags = {
    migrations: Flags.string({
      description: 'Folder of the migrations; by default `migrations` beside todo-dr.yaml',
      helpValue: 'FOLDER',
    }),
    status: Flags.boolean({
      description: 'Show what both regions have, and change nothing; exit 5 if anything differs',
      exclusive: ['dry-run', 'retry', 'mark-done'],
    }),
    'dry-run': Flags.boolean({description: 'Show what would be applied, and stop after the gates'}),
    retry: Flags.string({
      description: 'Continue this migration, which was begun and is not finished, at the statement that failed',
      exclusive: ['mark-done'],
      helpValue: 'NAME',
    }),
    'mark-done': Flags.string({
      description: 'Record this migration as done without running it: you have run, or finished, it by hand',
      helpValue: 'NAME',
    }),
  }

  async run(): Promise<SeedResult> {
    const {flags} = await this.parse(Seed)
    const session = this.session()
    const folder = await session.migrations(flags.migrations)
    const world = await session.world()
    const [runs, {name: target, maxLagSeconds}, {runSeed, showSchema}, {recentRuns}] = await Promise.all([
      session.mirroredRuns(),
      session.target(),
      import('../actions/seed/run.js'),
      import('../engine/unfinished.js'),
    ])
    const input = {
      target,
      world,
      folder,
      maxLagSeconds,
      recent: () => recentRuns(runs, world.deployment),
      asked: {retry: flags.retry, markDone: flags['mark-done']},
      dryRun: flags['dry-run'],
      operator: operator(),
      stage: this.stage,
      emit: this.emit,
      signal: this.signal,
    }
    const {result, exit} = await (flags.status ? showSchema(input) : runSeed(input))
    if (flags.status || flags['dry-run'])
      this.log((await import('../render/schema.js')).schemaTable(result, this.width))
    this.exitWith(exit)
    return result
  }
}
