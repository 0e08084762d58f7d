import {Flags} from '@oclif/core'
import type {SteerResult} from '../actions/steer/result.js'
import {DrCommand} from '../cli/dr-command.js'
import {operator} from '../cli/operator.js'
import type {ExitName} from '../errors.js'
import {LOOK} from '../permissions/calls.js'
import type {Calls} from '../permissions/calls.js'

export default class Steer extends DrCommand {
  static override summary = 'Send clients to the primary, where a switch has left the route behind'
  static override description =
    'The primary must take a write first. Then the route is set, and reads and writes through it are verified. It changes no database. `todo-dr status` names the situation RouteBehind and suggests this command.'

  static override exits: readonly ExitName[] = ['refused', 'stopped', 'unknown', 'credentials']
  static override examples = ['<%= config.bin %> steer --dry-run', '<%= config.bin %> steer --target prod']

  static override calls: Calls = [...LOOK, 'lease', 'mirror.get', 'mirror.put', 'route.steer']

  static override flags = {
    to: Flags.string({description: 'The primary; any other region is refused', helpValue: 'REGION'}),
    'dry-run': Flags.boolean({description: 'Stop after the gates, with their exit status', default: false}),
  }

  async run(): Promise<SteerResult> {
    const {flags} = await this.parse(Steer)
    const session = this.session()
    const world = await session.world()
    const [runs, {name, maxLagSeconds}] = await Promise.all([session.mirroredRuns(), session.target()])
    const [{runSteer}, {recentRuns}] = await Promise.all([
      import('../actions/steer/run.js'),
      import('../engine/unfinished.js'),
    ])
    const {result, exit} = await runSteer({
      target: name,
      world,
      to: flags.to,
      dryRun: flags['dry-run'],
      maxLagSeconds,
      recent: () => recentRuns(runs, world.deployment),
      newRun: () => runs.create('steer'),
      operator: operator(),
      emit: this.emit,
      signal: this.signal,
    })
    this.exitWith(exit)
    return result
  }
}
