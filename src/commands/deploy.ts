import {Flags} from '@oclif/core'
import type {DeployResult} from '../actions/deploy/result.js'
import {DEPLOY_ALL, DeployCommand} from '../cli/deploy-command.js'

export default class Deploy extends DeployCommand {
  static override summary = 'Deploy the CDK project to both regions: bootstrap, stacks, in order and in parallel'
  static override description =
    'Bundles and synthesizes the project that todo-dr.yaml names (infra), with the CDK toolkit of that project. Refuses a change that would replace, detach or upgrade a member of the global database. Run again after an interruption, it goes on from there. With --target lab it deploys to the lab, and starts an empty one where none is running.'

  static override examples = [
    '<%= config.bin %> deploy --target lab',
    '<%= config.bin %> deploy --diff',
    "<%= config.bin %> deploy --stack 'Demo-api-*'",
  ]

  static override flags = {
    diff: Flags.boolean({
      description: 'Show what differs from what is deployed, and deploy nothing; exit 5 where something does',
      exclusive: ['dry-run'],
    }),
    stack: Flags.string({
      description: 'Only this stack and what it depends on; `*` stands for anything',
      multiple: true,
      helpValue: 'NAME',
    }),
    'dry-run': Flags.boolean({description: 'Stop after the gates, with their exit status'}),
    bootstrap: Flags.boolean({
      description: 'Make or renew the resources of CDK in a region that lacks them',
      default: true,
      allowNo: true,
    }),
    validate: Flags.boolean({
      description: 'Run the validation plugins of the project; on by default, but for a lab',
      allowNo: true,
    }),
    rollback: Flags.boolean({
      description: 'Roll a stack back that fails; otherwise it stays as it is, for a look at it',
      default: true,
      allowNo: true,
    }),
    'continue-rollback': Flags.boolean({description: 'First continue the rollback of stacks in which it has failed'}),
    concurrency: Flags.integer({
      description: 'Stacks at a time',
      default: DEPLOY_ALL.concurrency,
      min: 1,
      max: 32,
      helpValue: 'N',
    }),
    'allow-database-change': Flags.boolean({
      description: 'Accept that a member of the global database is replaced, detached or upgraded',
    }),
    confirm: Flags.string({description: 'The name of the application, typed out', helpValue: 'NAME'}),
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
