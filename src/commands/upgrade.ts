import {Flags} from '@oclif/core'
import type {UpgradeResult} from '../actions/upgrade/result.js'
import {DrCommand} from '../cli/dr-command.js'
import {operator} from '../cli/operator.js'
import type {ExitName} from '../errors.js'
import {LOOK, UPGRADE} from '../permissions/calls.js'
import type {Calls} from '../permissions/calls.js'

export default class Upgrade extends DrCommand {
  static override summary = 'Upgrade the engine of both clusters, the standby first'
  static override description =
    'AWS wants the standby of an Aurora global database upgraded before the primary, whichever region that is now; a deployment would go by the template, and so it refuses a new version. The command asks RDS whether both clusters can be upgraded to the version, shows the plan and asks for the application name, typed or given with --confirm. Then it upgrades the standby, waits until that replicates again, upgrades the primary, and proves that the primary takes a write. The databases restart: clients cannot read or write for about 20 to 30 seconds. An upgrade cannot be undone. If it stops midway, `todo-dr resume` continues it. Afterwards set the version in config.json of the template. Example: `todo-dr upgrade --to 3.10.5` takes 8.0.mysql_aurora.3.10.4 to the next patch.'

  static override exits: readonly ExitName[] = ['refused', 'stopped', 'unknown', 'credentials']

  static override examples = [
    '<%= config.bin %> upgrade --to 3.10.5 --dry-run',
    '<%= config.bin %> upgrade --to 8.0.mysql_aurora.3.10.5 --confirm ToDoMgmt',
  ]

  static override calls: Calls = [...LOOK, ...UPGRADE]

  static override flags = {
    to: Flags.string({
      description:
        'Version of the engine, as RDS writes it (8.0.mysql_aurora.3.10.5) or without its beginning (3.10.5)',
      helpValue: 'VERSION',
      required: true,
    }),
    'dry-run': Flags.boolean({
      description: 'Show the plan and check the gates, but change nothing',
      default: false,
    }),
    confirm: Flags.string({description: 'Application name, to confirm', helpValue: 'NAME'}),
  }

  async run(): Promise<UpgradeResult> {
    const {flags} = await this.parse(Upgrade)
    const {to, confirm, 'dry-run': dryRun} = flags
    const {emit, signal} = this
    const session = this.session()
    const world = await session.world()
    const [runs, {name, maxLagSeconds}, {runUpgrade}, {recentRuns}] = await Promise.all([
      session.mirroredRuns(),
      session.target(),
      import('../actions/upgrade/run.js'),
      import('../engine/unfinished.js'),
    ])
    const {app} = world.deployment
    const {result, exit} = await runUpgrade({
      target: name,
      world,
      to,
      maxLagSeconds,
      dryRun,
      consent: this.consent({
        app,
        confirm,
        question: `Type ${app} to upgrade its databases:`,
        danger: 'upgrades the wrong application',
        next: `todo-dr upgrade --to ${to} --confirm ${app}`,
      }),
      recent: () => recentRuns(runs, world.deployment),
      newRun: () => runs.create('upgrade'),
      operator: operator(),
      emit,
      signal,
    })
    if (result.outcome) await this.reportRun(session, result.outcome)
    this.exitWith(exit)
    return result
  }
}
