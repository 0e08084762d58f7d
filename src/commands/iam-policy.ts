import {Args, Flags} from '@oclif/core'
import type {IamPolicyResult} from '../actions/iam-policy/result.js'
import {DrCommand} from '../cli/dr-command.js'
import type {ExitName} from '../errors.js'
import type {Calls} from '../permissions/calls.js'

export default class IamPolicy extends DrCommand {
  static override answersOnly = true
  static override summary = 'Print the least-privilege IAM policy for a command'
  static override description =
    'Prints exactly what a command needs on the target, or what all commands need if none is given. Uses the application, regions and account of the target and makes no AWS calls. Resources have the names that the template gives them. A `*` stands for a random id, and for list calls, which cannot be limited to a resource. The size is printed too: create a managed policy from the output, since the inline policies of a user hold too little for most commands. What one managed policy cannot hold is printed in parts.'

  static override exits: readonly ExitName[] = []

  static override examples = [
    '<%= config.bin %> iam-policy failover > failover-policy.json',
    '<%= config.bin %> iam-policy outage start --target prod',
    '<%= config.bin %> iam-policy crud',
    '<%= config.bin %> iam-policy --part 1 > todo-dr-1.json',
  ]

  static override args = {
    command: Args.string({description: 'Command such as failover, or topic such as crud'}),
    subcommand: Args.string({description: 'Second word of the command, such as start in outage start'}),
  }

  static override flags = {
    account: Flags.string({
      description: 'AWS account id (twelve digits); the account of the target by default',
      helpValue: 'DIGITS',
    }),
    part: Flags.integer({
      description: 'Print only this part of a policy that one managed policy cannot hold',
      helpValue: 'N',
      min: 1,
    }),
    'locked-to-edge': Flags.boolean({
      description:
        'The deployment uses lockToEdge: also allow reading the edge secret where a command calls an API directly',
    }),
  }

  async run(): Promise<IamPolicyResult> {
    const {args, flags} = await this.parse(IamPolicy)
    const [{placeOf}, {runIamPolicy}] = await Promise.all([
      import('../open/place.js'),
      import('../actions/iam-policy/run.js'),
    ])
    const words = [args.command, args.subcommand].filter(Boolean)
    const {account, part, 'locked-to-edge': lockedToEdge} = flags
    const given = [account && `--account ${account}`, lockedToEdge && '--locked-to-edge'].filter(Boolean)
    const {result, printed} = await runIamPolicy({
      name: words.join(' ') || undefined,
      calls: this.#callsOfCommands(),
      where: () => placeOf(this.session(), account),
      lockedToEdge,
      part,
      typed: ['todo-dr iam-policy', ...words, ...given].join(' '),
      emit: this.emit,
    })
    if (!this.jsonEnabled()) this.log(JSON.stringify(printed, undefined, 2))
    return result
  }

  #callsOfCommands(): Record<string, Calls> {
    const commands = this.config.commands as {id: string; calls?: Calls}[]
    return Object.fromEntries(commands.flatMap(({id, calls}) => (calls ? [[id.replaceAll(':', ' '), calls]] : [])))
  }
}
