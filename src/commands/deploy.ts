import {Flags} from '@oclif/core'
import type {OpenDeploy} from '../open/deploy.js'
import type {DeployInput, DeployLook, DeployOutcome} from '../actions/deploy/run-deploy.js'
import type {DeployResult} from '../actions/deploy/result.js'
import {operator} from '../cli/operator.js'
import {DrCommand} from '../cli/dr-command.js'
import {DrError} from '../errors.js'
import type {Waiver} from '../model/gate.js'
import type {ProjectStack, StackOutcome} from '../model/stack.js'

export default class Deploy extends DrCommand {
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
    concurrency: Flags.integer({description: 'Stacks at a time', default: 8, min: 1, max: 32, helpValue: 'N'}),
    'allow-database-change': Flags.boolean({
      description: 'Accept that a member of the global database is replaced, detached or upgraded',
    }),
    confirm: Flags.string({description: 'The name of the application, typed out', helpValue: 'NAME'}),
  }

  async run(): Promise<DeployResult> {
    const {flags} = await this.parse(Deploy)
    const began = performance.now()
    const {openDeploy} = await import('../open/deploy.js')
    const {validate: validation, target: flag} = flags as typeof flags & {target?: string}
    const opened = await openDeploy({flag, validation, emit: this.emit, signal: this.signal})
    try {
      const stacks = await this.#synthesize(opened, flags.stack ?? [])
      const base = {
        schemaVersion: 1 as const,
        target: opened.target,
        app: opened.app ?? null,
        account: opened.account,
        project: opened.project.folder,
        refusals: [],
        waived: [],
        bootstrapped: [],
        stacks: [],
        differences: null,
        edgeUrl: null,
        failure: null,
      }
      const part = flags.diff ? await this.#diff(opened, stacks) : await this.#deploy(opened, stacks, flags)
      return {...base, ...part, seconds: (performance.now() - began) / 1000}
    } finally {
      await opened.close()
    }
  }

  async #synthesize({deployer, project}: OpenDeploy, names: string[]): Promise<ProjectStack[]> {
    const [id, title] = ['synthesize', `synthesize ${project.folder}`]
    const began = performance.now()
    this.emit({code: 'step-started', id, title})
    const {selectStacks} = await import('../actions/deploy/select.js')
    try {
      const all = await deployer.open({signal: this.signal})
      const chosen = selectStacks(all, names)
      const seconds = (performance.now() - began) / 1000
      const text = chosen.length === all.length ? `${all.length} stacks` : `${chosen.length} of ${all.length} stacks`
      this.emit({code: 'step-finished', id, title, outcome: 'done', seconds, text})
      return chosen
    } catch (error) {
      this.emit({code: 'step-finished', id, title, outcome: 'failed', seconds: (performance.now() - began) / 1000})
      throw error
    }
  }

  async #diff({deployer}: OpenDeploy, stacks: ProjectStack[]): Promise<Pick<DeployResult, 'status' | 'differences'>> {
    const ids = stacks.map(({id}) => id)
    const found = await deployer.diff(ids, {signal: this.signal})
    if (found.length > 0) this.exitWith('missed')
    if (!this.jsonEnabled()) for (const {text} of found) this.log(`${text}\n`)
    this.emit({
      code: 'done',
      text:
        found.length === 0
          ? 'nothing differs from what is deployed'
          : `${found.length} of ${stacks.length} stacks differ`,
      next: found.length === 0 ? undefined : 'todo-dr deploy',
    })
    return {status: 'compared', differences: found.map(({text, ...difference}) => difference)}
  }

  async #deploy(
    opened: OpenDeploy,
    stacks: ProjectStack[],
    flags: Flags,
  ): Promise<
    Omit<DeployResult, 'schemaVersion' | 'target' | 'app' | 'account' | 'project' | 'seconds' | 'differences'>
  > {
    const {lookBeforeDeploy, runDeploy} = await import('../actions/deploy/run-deploy.js')
    const input: DeployInput = {
      app: opened.app,
      stacks,
      deployer: opened.deployer,
      cloudFormation: opened.cloudFormation,
      clock: opened.clock,
      world: opened.standing?.world,
      waivers: waiversOf(flags, opened.app),
      bootstrap: flags.bootstrap,
      rollback: flags.rollback,
      continueRollback: flags['continue-rollback'],
      concurrency: flags.concurrency,
      owner: `${operator()} deploy`,
      newRun: () => opened.runs.create('deploy'),
      emit: this.emit,
      signal: this.signal,
    }
    const look = await lookBeforeDeploy(input)
    const {refusals, waived} = look
    const {showVerdict} = await import('../engine/prepare.js')
    showVerdict(look, this.emit)
    const nothing = {
      refusals,
      waived,
      bootstrapped: look.missing.map(({region}) => region),
      stacks: [],
      edgeUrl: null,
      failure: null,
    }
    if (refusals.length > 0) {
      this.exitWith('refused')
      return {...nothing, status: 'refused', bootstrapped: []}
    }

    if (flags['dry-run']) {
      this.emit({
        code: 'done',
        text: 'No gate refuses this deployment; a dry run changes nothing.',
        next: 'todo-dr deploy',
      })
      return {...nothing, status: 'planned'}
    }

    return {refusals, waived, ...(await this.#carryOut(opened, input, look, runDeploy))}
  }

  async #carryOut(
    opened: OpenDeploy,
    input: DeployInput,
    look: DeployLook,
    runDeploy: (input: DeployInput, look: DeployLook) => Promise<DeployOutcome>,
  ): Promise<Pick<DeployResult, 'status' | 'bootstrapped' | 'stacks' | 'edgeUrl' | 'failure'>> {
    const outcome = await runDeploy(input, look)
    const {status, exit, stacks, bootstrapped, error} = outcome
    this.exitWith(exit)
    if (error) {
      await this.tell(error)
      const {code, message: what, why = null, next = null, requestId = null} = error
      return {status, bootstrapped, stacks, edgeUrl: null, failure: {code, what, why, next, requestId}}
    }

    const edgeUrl = (await opened.edgeUrl()) ?? outputOf(stacks, 'EdgeUrl') ?? null
    const count = stacks.filter((one) => one.status !== 'unchanged').length
    const text =
      status === 'unchanged'
        ? `nothing to do: ${stacks.length} stacks stand as the project wants them`
        : `${count} of ${stacks.length} stacks deployed`
    const seed = opened.standing === undefined && edgeUrl !== null
    const name = opened.kind === 'lab' ? ` --target ${opened.target}` : ''
    this.emit({
      code: 'done',
      text: edgeUrl === null ? text : `${text}; edge ${edgeUrl}`,
      next: seed ? `todo-dr seed${name}` : undefined,
    })
    return {status, bootstrapped, stacks, edgeUrl, failure: null}
  }
}

interface Flags {
  bootstrap: boolean
  rollback: boolean
  'continue-rollback': boolean
  concurrency: number
  'dry-run': boolean
  'allow-database-change': boolean
  confirm?: string
}

/** A consent is the flag and the name. */
function waiversOf(flags: Flags, app: string | undefined): Waiver[] {
  if (!flags['allow-database-change']) return []
  if (app !== undefined && flags.confirm === app)
    return [
      {name: 'allow-database-change', reason: '--allow-database-change, confirmed with the name of the application'},
    ]
  throw new DrError({
    code: 'ConfirmMismatch',
    exit: 'refused',
    what: `--allow-database-change wants the name of the application: ${app ?? 'this project names none'}`,
    why: 'it is there so that nobody replaces the database of the wrong application',
    next: `todo-dr deploy --allow-database-change --confirm ${app ?? 'NAME'}`,
  })
}

const outputOf = (stacks: StackOutcome[], name: string): string | undefined =>
  stacks.map(({outputs}) => outputs[name]).find((value) => value !== undefined)
