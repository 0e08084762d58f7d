import {resolve} from 'node:path'
import {Args, Flags} from '@oclif/core'

import {openProjects} from '../open/projects.js'
import {DrCommand} from '../cli/dr-command.js'
import {DrError} from '../errors.js'
import {askSettings} from '../cli/ask-settings.js'
import type {GivenSettings} from '../cli/ask-settings.js'
import type {InitResult} from '../actions/init/result.js'
import {appOfFolder, checkSettings, DEFAULTS} from '../actions/init/settings.js'

/** A slow registry and 150 MB. */
const INSTALL_DEADLINE_MS = 600_000

const number = Flags.custom<number, {min: number; max: number}>({
  async parse(input, _, {name, min, max}) {
    const value = Number(input)
    if (input.trim() !== '' && value >= min && value <= max) return value
    throw new DrError({
      code: 'InvalidSetting',
      exit: 'usage',
      what: `--${name}: "${input}" is no number from ${min} to ${max}`,
      next: 'todo-dr init --help',
    })
  },
})

export default class Init extends DrCommand {
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
    app: Flags.string({
      description: 'Name of the application, the prefix of every name: letters and digits, at most 20 [folder name]',
      helpValue: 'NAME',
    }),
    home: Flags.string({description: `The preferred primary region [${DEFAULTS.home}]`, helpValue: 'REGION'}),
    away: Flags.string({description: `The other region [${DEFAULTS.away}]`, helpValue: 'REGION'}),
    'allow-unlisted-region': Flags.boolean({
      description: 'Accept a region that the list of regions with Aurora global databases lacks',
    }),
    rto: number({
      description: `Recovery time objective, in seconds [${DEFAULTS.rtoSeconds}]`,
      helpValue: 'S',
      min: 1,
      max: 31_536_000,
    }),
    rpo: number({
      description: `Recovery point objective, in seconds [${DEFAULTS.rpoSeconds}]`,
      helpValue: 'S',
      min: 0,
      max: 31_536_000,
    }),
    'min-capacity': number({
      description: `Least Aurora capacity of an instance [${DEFAULTS.capacity.min}]`,
      helpValue: 'ACU',
      min: 0,
      max: 256,
    }),
    'max-capacity': number({
      description: `Most Aurora capacity of an instance [${DEFAULTS.capacity.max}]`,
      helpValue: 'ACU',
      min: 0,
      max: 256,
    }),
    instances: Flags.integer({
      description: `Aurora instances a region [${DEFAULTS.instances}]`,
      helpValue: 'N',
      min: 1,
      max: 4,
    }),
    account: Flags.string({
      description: 'The AWS account, twelve digits; checked before each deployment',
      helpValue: 'ID',
    }),
    profile: Flags.string({description: 'Profile of the AWS configuration that commands use', helpValue: 'NAME'}),
    'alarm-email': Flags.string({description: 'Who gets the mail of the alarms', helpValue: 'ADDRESS'}),
    protect: Flags.boolean({
      description: 'Deletion protection, and data that outlives its stack; for anything but a rehearsal',
      allowNo: true,
    }),
    ci: Flags.boolean({description: 'Write a GitHub workflow that runs a drill [yes]', allowNo: true}),
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
    const folder = resolve(args.dir)
    this.#refuseTogether(flags)
    const projects = await openProjects()
    await projects.refuseNonEmpty(folder)

    const rules = {allowUnlisted: flags['allow-unlisted-region']}
    const given: GivenSettings = {
      app: flags.app,
      home: flags.home,
      away: flags.away,
      rtoSeconds: flags.rto,
      rpoSeconds: flags.rpo,
      minCapacity: flags['min-capacity'],
      maxCapacity: flags['max-capacity'],
      instances: flags.instances,
      account: flags.account,
      profile: flags.profile,
      alarmEmail: flags['alarm-email'],
      protect: flags.protect,
      workflow: flags.ci,
    }
    const settings = await askSettings(given, {
      app: appOfFolder(folder),
      ask: this.interactive && !flags.defaults,
      defaults: flags.defaults,
      rules,
      signal: this.signal,
    })
    checkSettings(settings, rules)

    const [shipped, {estimate}, {footprintsOf}, {projectFiles, INFRA}, {costTable}] = await Promise.all([
      projects.shipped(),
      import('../actions/init/cost.js'),
      import('../actions/init/footprint.js'),
      import('../actions/init/files.js'),
      import('../render/cost.js'),
    ])
    const footprints = footprintsOf(shipped.stacks)
    const cost = estimate(settings, {home: footprints[DEFAULTS.home]!, away: footprints[DEFAULTS.away]!})
    const files = projectFiles(settings, shipped, cost)
    const paths = files.map(({path}) => path)
    this.log(costTable(cost, settings))
    const result = {schemaVersion: 1, folder, settings, files: paths, estimate: cost} as const
    if (flags['dry-run']) {
      this.log(['', `${folder} would hold:`, ...paths.map((path) => `  ${path}`)].join('\n'))
      return {...result, dryRun: true, installed: false}
    }

    this.signal.throwIfAborted()
    await projects.write(folder, files)
    this.emit({code: 'note', text: `wrote ${files.length} files into ${folder}`})
    if (flags.install) {
      await this.#step('install', 'Install the pinned packages of the CDK app (npm ci)', () =>
        projects.install(resolve(folder, INFRA), {signal: this.signal, deadlineMs: INSTALL_DEADLINE_MS}),
      )
    }

    const there = args.dir === '.' ? '' : `cd ${args.dir} && `
    if (flags.bootstrap && !flags.deploy) await this.#bootstrap(folder, flags.target)
    this.emit({
      code: 'done',
      text: `${settings.app}: ${settings.home} (home) and ${settings.away} (away)`,
      next: flags.deploy ? undefined : `${there}todo-dr doctor`,
    })
    if (flags.deploy) await this.#deploy(folder, flags.target)
    return {...result, dryRun: false, installed: flags.install}
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
    const {bootstrapProject} = await import('../cli/bootstrap.js')
    process.chdir(folder)
    const regions = await bootstrapProject({target, emit: this.emit, signal: this.signal})
    const text =
      regions.length === 0 ? 'CDK was bootstrapped already' : `CDK is bootstrapped in ${regions.join(' and ')}`
    this.emit({code: 'note', text})
  }

  /** As if it were typed in the new folder; its exit status is then ours. */
  async #deploy(folder: string, target: string): Promise<void> {
    process.chdir(folder)
    await this.config.runCommand('deploy', ['--target', target])
  }

  async #step(id: string, title: string, act: () => Promise<void>): Promise<void> {
    const started = performance.now()
    const seconds = (): number => (performance.now() - started) / 1000
    this.emit({code: 'step-started', id, title})
    try {
      await act()
      this.emit({code: 'step-finished', id, title, outcome: 'done', seconds: seconds()})
    } catch (error) {
      this.emit({code: 'step-finished', id, title, outcome: 'failed', seconds: seconds()})
      throw error
    }
  }
}
