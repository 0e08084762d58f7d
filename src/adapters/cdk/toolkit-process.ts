/**
 * The toolkit in a process of its own: it writes to no stream of ours, sees an environment of its own, and can be
 * stopped, which its calls cannot.
 */

import {fork} from 'node:child_process'
import type {ChildProcess} from 'node:child_process'
import {DrError} from '../../errors.js'
import type {Region} from '../../model/deployment.js'
import type {ProjectStack} from '../../model/stack.js'
import type {Deployer, DeployerOptions, StackDifference} from '../../ports/deployer.js'
import type {AwsAccess} from '../aws/clients.js'
import {bundle} from './bundle.js'
import {programFile} from '../package.js'
import {toolkitEnvironment} from './environment.js'
import {fromToolkit} from './errors.js'
import type {CallName, Calls, FromWorker, ToWorker} from './protocol.js'

export interface ToolkitOptions {
  /** Of the CDK project. */
  folder: string
  /** The `app` of its cdk.json. */
  app: string
  /** Commands of its own that must run before synthesis, such as bundling. */
  build?: string
  context: Record<string, string>
  /** Of the credentials. */
  account: string
  /** Where stacks go that name no region; where undefined, the environment or the profile says so. */
  region?: string
  validation: boolean
  access: AwsAccess
  /** Where the toolkit keeps what it remembers; its own folder in the home where undefined. */
  cdkHome?: string
  /** Milliseconds between two looks at a stack. */
  pollMs?: number
}

/** Milliseconds. CloudFormation gives a cluster up after hours; a person should have looked by then. */
const DEADLINES: Record<CallName, number> = {
  open: 5 * 60_000,
  bootstrap: 20 * 60_000,
  prepare: 20 * 60_000,
  deploy: 120 * 60_000,
  rollback: 120 * 60_000,
  diff: 10 * 60_000,
}

/** Milliseconds without any sign of life: the toolkit asks CloudFormation every few seconds while it waits. */
const SILENCE_MS = 10 * 60_000
/** After SIGTERM. */
const GRACE_MS = 2000

const PROGRAM = programFile({built: 'dist/worker.js', source: 'src/adapters/cdk/worker.ts'})

export class ToolkitProcess implements Deployer {
  #child: ChildProcess | undefined

  constructor(
    private readonly options: ToolkitOptions,
    private readonly deadlines: Record<CallName, number> = DEADLINES,
    private readonly silenceMs = SILENCE_MS,
  ) {}

  async open(options: DeployerOptions = {}): Promise<ProjectStack[]> {
    const {folder, app, build, context, account, validation, access, pollMs} = this.options
    const environment = this.#environment()
    // The toolkit takes a second to load meanwhile.
    const child = this.#start(environment)
    if (build !== undefined) await bundle({folder, command: build, environment, signal: options.signal})
    const {profile} = access
    return this.#call(child, 'open', {folder, app, context, account, validation, profile, pollMs}, options)
  }

  async bootstrap(places: {account: string; region: Region}[], options: DeployerOptions = {}): Promise<void> {
    await this.#call(this.#running(), 'bootstrap', {places}, options)
  }

  async prepare(ids: string[], changeSet: string, options: DeployerOptions = {}): Promise<void> {
    await this.#call(this.#running(), 'prepare', {ids, changeSet}, options)
  }

  async deploy(
    ids: string[],
    how: {concurrency: number; rollback: boolean},
    options: DeployerOptions = {},
  ): Promise<void> {
    await this.#call(this.#running(), 'deploy', {ids, ...how}, options)
  }

  async continueRollback(ids: string[], options: DeployerOptions = {}): Promise<void> {
    await this.#call(this.#running(), 'rollback', {ids}, options)
  }

  diff(ids: string[], options: DeployerOptions = {}): Promise<StackDifference[]> {
    return this.#call(this.#running(), 'diff', {ids}, options)
  }

  async close(): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    kill(child, 'SIGTERM')
    const hard = setTimeout(() => kill(child, 'SIGKILL'), GRACE_MS)
    await ended
    clearTimeout(hard)
  }

  #environment(): NodeJS.ProcessEnv {
    return toolkitEnvironment(this.options.access, this.options)
  }

  #start(env: NodeJS.ProcessEnv): ChildProcess {
    this.#child = fork(PROGRAM, [], {
      cwd: this.options.folder,
      env,
      // A group of its own: Ctrl-C is for the command, which says what goes on without it; and to end what synthesis started.
      detached: true,
      execArgv: [...process.execArgv.filter((flag) => !flag.startsWith('--inspect')), '--no-warnings'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    return this.#child
  }

  #running(): ChildProcess {
    if (!this.#child) throw new Error('the project is not open')
    return this.#child
  }

  async #call<Name extends CallName>(
    child: ChildProcess,
    call: Name,
    given: Calls[Name]['arguments'],
    {signal, onEvent}: DeployerOptions,
  ): Promise<Calls[Name]['result']> {
    signal?.throwIfAborted()
    const over = new AbortController()
    const whileCalling = {signal: over.signal}
    let silence: NodeJS.Timeout | undefined
    try {
      return await new Promise((resolve, reject) => {
        const stop = (error: unknown): void => {
          kill(child, 'SIGKILL')
          reject(error instanceof Error ? error : new Error(String(error)))
        }

        const heard = (): void => {
          clearTimeout(silence)
          silence = setTimeout(() => stop(stuck(call, this.silenceMs, 'said nothing for')), this.silenceMs)
        }

        const onMessage = (message: FromWorker): void => {
          heard()
          switch (message.type) {
            case 'event': {
              onEvent?.(message.event)
              break
            }

            case 'result': {
              resolve(message.value as Calls[Name]['result'])
              break
            }

            case 'error': {
              reject(fromToolkit(message.error, {call, folder: this.options.folder}))
              break
            }

            case 'alive': {
              break
            }
          }
        }

        const onExit = (status: number | null, killedBy: NodeJS.Signals | null): void =>
          reject(ended(call, killedBy ?? String(status)))
        const deadline = setTimeout(
          () => stop(stuck(call, this.deadlines[call], 'has not ended after')),
          this.deadlines[call],
        )
        over.signal.addEventListener('abort', () => {
          clearTimeout(deadline)
          child.off('message', onMessage).off('exit', onExit)
        })
        signal?.addEventListener('abort', () => stop(signal.reason), whileCalling)
        child.on('message', onMessage).on('exit', onExit)
        heard()
        child.send({call, arguments: given} as ToWorker, (error) => {
          if (error) reject(ended(call, error.message))
        })
      })
    } finally {
      clearTimeout(silence)
      over.abort()
    }
  }
}

/** With everything that it has started. */
function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, signal)
  } catch {
    child.kill(signal)
  }
}

const stuck = (call: CallName, ms: number, how: string): DrError =>
  new DrError({
    code: 'ToolkitStuck',
    exit: 'stopped',
    what: `cdk ${call} ${how} ${Math.round(ms / 60_000)} minutes, and was stopped`,
    why: 'CloudFormation continues what has started',
    next: 'look at the stacks in CloudFormation; run the same command again to continue',
  })

const ended = (call: CallName, how: string): DrError =>
  new DrError({
    code: 'ToolkitEnded',
    exit: 'stopped',
    what: `the process of the CDK toolkit ended during cdk ${call} (${how})`,
    why: 'CloudFormation continues what has started',
    next: 'run the same command again to continue',
  })
