import {Flags} from '@oclif/core'
import type {DeployResult} from '../actions/deploy/result.js'
import {DEPLOY_ALL, DeployCommand} from '../cli/deploy-command.js'
import type {ExitName} from '../errors.js'
import {DEPLOY} from '../permissions/calls.js'
import type {Calls} from '../permissions/calls.js'

export default class Deploy extends DeployCommand {
  static override summary = 'Deploy the CDK project to both regions'
  static override description =
    "Bootstraps both regions and deploys the stacks, in parallel where their order allows. Uses the CDK project named in todo-dr.yaml (infra) and that project's own CDK toolkit. Refuses changes that would replace, detach or upgrade a member of the global database, and a database that was so changed by hand. If a deployment is interrupted, run the same command again to continue it. Pipelines of the project get this version of todo-dr. With --target lab, deploys to the lab and starts an empty lab if none is running."

  static override exits: readonly ExitName[] = ['refused', 'stopped', 'missed', 'unknown', 'credentials']

  static override examples = [
    '<%= config.bin %> deploy --target lab',
    '<%= config.bin %> deploy --diff',
    "<%= config.bin %> deploy --stack 'demo-api-*'",
  ]

  // In an account that is bootstrapped: that itself makes roles and keys, and is an administrator's work.
  static override calls: Calls = DEPLOY

  static override flags = {
    diff: Flags.boolean({
      description: 'Show the differences from what is deployed and deploy nothing; exit 5 if there are any',
      exclusive: ['dry-run'],
    }),
    stack: Flags.string({
      description: 'Deploy only this stack and its dependencies; `*` matches anything',
      multiple: true,
      helpValue: 'NAME',
    }),
    'dry-run': Flags.boolean({description: 'Check the gates, but change nothing'}),
    bootstrap: Flags.boolean({
      description: 'Bootstrap CDK in regions where it is missing or outdated',
      default: true,
      allowNo: true,
    }),
    validate: Flags.boolean({
      description: "Run the project's validation plugins; on by default, except on a lab",
      allowNo: true,
    }),
    rollback: Flags.boolean({
      description: 'Roll back a stack that fails; --no-rollback leaves it as it is, so that you can inspect it',
      default: true,
      allowNo: true,
    }),
    'continue-rollback': Flags.boolean({description: 'First continue the rollback of stacks whose rollback failed'}),
    concurrency: Flags.integer({
      description: 'Number of stacks to deploy at the same time',
      default: DEPLOY_ALL.concurrency,
      min: 1,
      max: 32,
      helpValue: 'N',
    }),
    'allow-database-change': Flags.boolean({
      description: 'Allow changes that replace, detach or upgrade a member of the global database',
    }),
    confirm: Flags.string({description: 'Application name, to confirm', helpValue: 'NAME'}),
  }

  async run(): Promise<DeployResult> {
    const {flags} = await this.parse(Deploy)
    const {diff, stack: stacks = [], bootstrap, rollback, concurrency, validate: validation, confirm} = flags
    return this.deploy(this.session({lazy: true}), {
      stacks,
      diff,
      dryRun: flags['dry-run'],
      bootstrap,
      rollback,
      continueRollback: flags['continue-rollback'],
      concurrency,
      validation,
      allowDatabaseChange: flags['allow-database-change'],
      confirm,
    })
  }
}
