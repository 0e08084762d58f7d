import {resolve} from 'node:path'
import {Args, Flags} from '@oclif/core'
import type {InitResult} from '../actions/init/result.js'
import {askSettings} from '../cli/ask-settings.js'
import {DEPLOY_ALL, DeployCommand} from '../cli/deploy-command.js'
import {UNTARGETED_FLAGS} from '../cli/dr-command.js'
import {givenIn, SETTINGS_FLAGS} from '../cli/settings-flags.js'
import {DrError} from '../errors.js'
import type {Session} from '../open/session.js'
import type {ExitName} from '../errors.js'

export default class Init extends DeployCommand {
  static override summary = 'Create a project: a two-region CDK app, its configuration and a runbook'
  static override description =
    'Asks for every setting that is not given by a flag; with --defaults, asks nothing. Shows the estimated monthly cost, writes the files and installs the packages of the CDK app. The folder must be empty (a .git folder is allowed). If writing fails, no files are left behind.'

  static override exits: readonly ExitName[] = ['refused', 'stopped', 'unknown', 'credentials']

  static override examples = [
    '<%= config.bin %> init demo --defaults',
    '<%= config.bin %> init shop --home eu-central-1 --away eu-west-1 --min-capacity 1 --protect',
    '<%= config.bin %> init shop --defaults --pipeline codecommit',
    '<%= config.bin %> init named --defaults --dry-run --route route53 --domain api.example.com',
    '<%= config.bin %> init demo --defaults --dry-run --json',
  ]

  static override args = {
    dir: Args.string({description: 'Project folder; the current folder by default', default: '.'}),
  }

  // It makes a target; there is none to act on.
  static override baseFlags = UNTARGETED_FLAGS

  static override flags = {
    defaults: Flags.boolean({description: 'Ask nothing; use the default for every setting without a flag'}),
    ...SETTINGS_FLAGS,
    install: Flags.boolean({description: 'Run npm ci in the CDK app', allowNo: true, default: true}),
    'dry-run': Flags.boolean({
      description: 'Show the cost and the list of files; write nothing',
      exclusive: ['bootstrap', 'deploy'],
    }),
    bootstrap: Flags.boolean({description: 'Then bootstrap CDK in regions where it is missing'}),
    deploy: Flags.boolean({description: 'Then bootstrap and deploy, like todo-dr deploy'}),
    target: Flags.string({
      description: 'Target of --bootstrap and --deploy: `aws`, `lab` or `lab:NAME`',
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
        askSettings(givenIn(flags), {dir: args.dir, folder, ask, defaults: flags.defaults, rules, emit, signal}),
      rules,
      dryRun: flags['dry-run'],
      install: flags.install,
      show: ({estimate, settings, files}) => {
        this.log(costTable(estimate, settings, this.width))
        if (flags['dry-run']) this.log(['', `${folder} would contain:`, ...files.map((path) => `  ${path}`)].join('\n'))
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
    if (flags.deploy) await this.deploy(this.#sessionIn(folder, flags.target), DEPLOY_ALL)
    return result
  }

  #refuseTogether({bootstrap, deploy, install}: {bootstrap: boolean; deploy: boolean; install: boolean}): void {
    if (!bootstrap && !deploy) return
    const what = install ? '--deploy and --json' : '--no-install and --bootstrap or --deploy'
    if (install && !(deploy && this.jsonEnabled())) return
    throw new DrError({
      code: 'FlagsExclude',
      exit: 'usage',
      what: `${what} cannot be used together`,
      why: install
        ? 'init and deploy each print their own JSON result'
        : 'bootstrapping and deploying need the CDK toolkit, which is one of the packages',
      next: install ? 'todo-dr init --json, then todo-dr deploy --json' : 'leave out --no-install',
    })
  }

  async #bootstrap(folder: string, target: string): Promise<void> {
    const [{openDeploy}, {bootstrapProject}] = await Promise.all([
      import('../open/deploy.js'),
      import('../actions/deploy/bootstrap.js'),
    ])
    const place = await openDeploy(this.#sessionIn(folder, target), {validation: false})
    const regions = await bootstrapProject(place, this.signal)
    const done = regions.length === 0 ? 'is already bootstrapped' : `is bootstrapped in ${regions.join(', ')}`
    this.emit({code: 'note', text: `CDK ${done}`})
  }

  /** The new project's own file says which profile it is: a lab has none. */
  #sessionIn(folder: string, target: string): Session {
    return this.session({folder, target, profile: undefined, lazy: true})
  }
}
