import {resolve} from 'node:path'
import {Args, Flags} from '@oclif/core'
import type {InitResult} from '../actions/init/result.js'
import {appOfFolder} from '../actions/init/settings.js'
import {askSettings} from '../cli/ask-settings.js'
import {DEPLOY_ALL, DeployCommand} from '../cli/deploy-command.js'
import {DrCommand} from '../cli/dr-command.js'
import {givenIn, SETTINGS_FLAGS} from '../cli/settings-flags.js'
import {DrError} from '../errors.js'

export default class Init extends DeployCommand {
  static override summary =
    'Make a new project: the two-region application as a CDK app, its configuration and its runbook'
  static override description = `Asks for what is not given by flags; --defaults asks nothing. Shows what the deployment would cost in a month, then writes all or nothing
into an empty folder (one that holds nothing but .git counts as empty), and installs the CDK app's pinned packages.`

  static override examples = [
    '<%= config.bin %> init demo --defaults',
    '<%= config.bin %> init shop --home eu-central-1 --away eu-west-1 --min-capacity 1 --protect',
    '<%= config.bin %> init demo --defaults --dry-run --json',
  ]

  static override args = {
    dir: Args.string({description: 'Folder of the project; the current one where it is absent', default: '.'}),
  }

  // It makes a target; there is none to act on.
  static override baseFlags = {'no-input': DrCommand.baseFlags['no-input']!}

  static override flags = {
    defaults: Flags.boolean({description: 'Ask nothing: take defaults for what no flag gives'}),
    ...SETTINGS_FLAGS,
    install: Flags.boolean({description: 'Run npm ci in the CDK app', allowNo: true, default: true}),
    'dry-run': Flags.boolean({description: 'Show the cost and the files; write nothing'}),
    bootstrap: Flags.boolean({
      description: 'Then make the resources of CDK in the regions that lack them',
      exclusive: ['dry-run'],
    }),
    deploy: Flags.boolean({description: 'Then bootstrap and deploy, as todo-dr deploy does', exclusive: ['dry-run']}),
    target: Flags.string({
      description: 'Where --bootstrap and --deploy act: `aws`, `lab` or `lab:NAME`',
      default: 'aws',
      helpValue: 'NAME',
    }),
  }

  async run(): Promise<InitResult> {
    const {args, flags} = await this.parse(Init)
    this.#refuseTogether(flags)
    const {emit, signal, stage} = this
    const folder = resolve(args.dir)
    const rules = {allowUnlisted: flags['allow-unlisted-region']}
    const ask = this.interactive && !flags.defaults
    const [{openProjects}, {runInit}, {costTable}] = await Promise.all([
      import('../open/projects.js'),
      import('../actions/init/run.js'),
      import('../render/cost.js'),
    ])
    const result = await runInit({
      projects: await openProjects(),
      folder,
      settings: () =>
        askSettings(givenIn(flags), {app: appOfFolder(folder), ask, defaults: flags.defaults, rules, signal}),
      rules,
      dryRun: flags['dry-run'],
      install: flags.install,
      show: ({estimate, settings, files}) => {
        this.log(costTable(estimate, settings))
        if (flags['dry-run']) this.log(['', `${folder} would hold:`, ...files.map((path) => `  ${path}`)].join('\n'))
      },
      stage,
      emit,
      signal,
    })
    if (result.dryRun) return result
    if (flags.bootstrap && !flags.deploy) await this.#bootstrap(folder, flags.target)
    const {app, home, away} = result.settings
    const there = args.dir === '.' ? '' : `cd ${args.dir} && `
    const next = flags.deploy ? undefined : `${there}todo-dr doctor`
    emit({code: 'done', text: `${app}: ${home} (home) and ${away} (away)`, next})
    if (flags.deploy) await this.deploy(this.session({folder, target: flags.target, lazy: true}), DEPLOY_ALL)
    return result
  }

  #refuseTogether({bootstrap, deploy, install}: {bootstrap: boolean; deploy: boolean; install: boolean}): void {
    if (!bootstrap && !deploy) return
    const what = install ? '--deploy and --json' : '--no-install and --bootstrap or --deploy'
    if (install && !(deploy && this.jsonEnabled())) return
    throw new DrError({
      code: 'FlagsExclude',
      exit: 'usage',
      what: `${what} do not go together`,
      why: install ? 'each of the two commands has a result of its own' : "CDK's toolkit is one of the packages",
      next: install ? 'todo-dr init --json, then todo-dr deploy --json' : 'leave --no-install out',
    })
  }

  async #bootstrap(folder: string, target: string): Promise<void> {
    const [{openDeploy}, {bootstrapProject}] = await Promise.all([
      import('../open/deploy.js'),
      import('../actions/deploy/bootstrap.js'),
    ])
    const place = await openDeploy(this.session({folder, target, lazy: true}), {validation: false})
    const regions = await bootstrapProject(place, this.signal)
    const done = regions.length === 0 ? 'was bootstrapped already' : `is bootstrapped in ${regions.join(' and ')}`
    this.emit({code: 'note', text: `CDK ${done}`})
  }
}
