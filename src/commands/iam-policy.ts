import {Args, Flags} from '@oclif/core'
import type {IamPolicyResult} from '../actions/iam-policy/result.js'
import {DrCommand} from '../cli/dr-command.js'

export default class IamPolicy extends DrCommand {
  static override summary = 'Print the IAM policy that a command needs on this deployment, and no more'
  static override description =
    'Made from the application, regions and account of the target, without a call to AWS. Without a command: what all of them need. Resources are named as the template names them; a `*` stands where AWS puts a random id, or where it lists.'

  static override examples = [
    '<%= config.bin %> iam-policy failover > failover-policy.json',
    '<%= config.bin %> iam-policy outage start --target prod',
    '<%= config.bin %> iam-policy crud',
  ]

  static override args = {
    command: Args.string({description: 'A command, such as failover, or a topic, such as crud'}),
    subcommand: Args.string({description: 'The second word of a command, such as start of outage start'}),
  }

  static override flags = {
    account: Flags.string({description: 'Twelve digits; that of the target by default', helpValue: 'DIGITS'}),
    'locked-to-edge': Flags.boolean({
      description: 'For a deployment made with lockToEdge: what asks an API directly also reads the secret of the edge',
    }),
  }

  async run(): Promise<IamPolicyResult> {
    const {args, flags} = await this.parse(IamPolicy)
    const [{placeOf}, {runIamPolicy}] = await Promise.all([
      import('../open/place.js'),
      import('../actions/iam-policy/run.js'),
    ])
    const result = await runIamPolicy({
      name: [args.command, args.subcommand].filter(Boolean).join(' ') || undefined,
      where: () => placeOf(this.session(), flags.account),
      lockedToEdge: flags['locked-to-edge'],
    })
    if (!this.jsonEnabled()) this.log(JSON.stringify(result.policy, undefined, 2))
    return result
  }
}
