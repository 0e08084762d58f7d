import type {ChildProcess} from 'node:child_process'
import {delimiter} from 'node:path'

import type {Lab} from '../../kernel.js'
import {userCache} from '../../user-cache.js'
import {spawnWatched} from '../../watched.js'
import {EnvironmentLost, type FunctionSpec, type Invocation} from './invocation.js'
import {LogTail} from './log-tail.js'
import {bootstrapProgram} from './bootstrap-program.js'
import type {RuntimeApi, RuntimePeer} from './runtime-api.js'

/** AWS's limit of the start of an environment; after it, the call's own timeout runs. */
const INIT_MS = 10_000
/** AWS's limit of a synchronous answer, in bytes. */
const MAX_RESPONSE = 6_291_556

type Deliver = (headers: Record<string, string>, payload: Buffer) => void

/** Where the processes of functions find what those of earlier labs have compiled. */
export const codeCache = (): string => userCache('functions')

export interface EnvironmentEvents {
  /** Ready for a call, for the first time or again. */
  onIdle(environment: Environment): void
  /** Gone. `initError` is set where it never became ready: the payload for the call that waits for it. */
  onGone(environment: Environment, initError?: Buffer): void
}

/** One execution environment: one child process, one call at a time. */
export class Environment implements RuntimePeer {
  /** When its process is gone. */
  readonly ended: Promise<void>
  private readonly child: ChildProcess
  private readonly detach: () => void
  private readonly log: LogTail
  private deliver: Deliver | undefined
  private invocation: Invocation | undefined
  private timer: NodeJS.Timeout | undefined
  private initError: Buffer | undefined
  private ready = false
  private readonly startedAt = performance.now()
  private retired = false
  private killed = false
  private isGone = false
  private flush: (() => void) | undefined
  private hosts: string

  constructor(
    readonly spec: FunctionSpec,
    private readonly lab: Lab,
    api: RuntimeApi,
    private readonly events: EnvironmentEvents,
  ) {
    const {address, detach} = api.attach(this)
    this.detach = detach
    this.hosts = this.currentHosts()
    const args = [`--max-old-space-size=${spec.memoryMb}`, bootstrapProgram(lab.folder)]
    this.child = spawnWatched(process.execPath, args, {
      cwd: spec.codeFolder,
      env: this.variables(address),
      output: 'pipe',
    })
    this.log = new LogTail((line) => lab.log(`lambda ${spec.name}`, line), this.child.stdout, this.child.stderr)
    this.child.on('error', (error) => this.gone(`failed to start: ${error.message}`))
    this.child.on('exit', (code, signal) =>
      this.gone(signal ? `signal: ${signal.slice(3).toLowerCase()}` : `exit status ${code}`),
    )
    this.ended = new Promise((resolve) => {
      for (const event of ['error', 'exit']) this.child.once(event, () => resolve())
    })
    this.timer = setTimeout(() => this.initTimedOut(), INIT_MS + spec.timeoutSeconds * 1000)
  }

  get pid(): number | undefined {
    return this.child.pid
  }

  get starting(): boolean {
    return !this.ready
  }

  /** Hands over one call; the environment must be idle. Its clock starts here. */
  run(invocation: Invocation): void {
    const {deliver, spec} = this
    if (!deliver || this.invocation) throw new Error(`environment ${this.pid} of ${spec.name} is not idle`)
    this.deliver = undefined
    this.invocation = invocation
    invocation.begunAt = performance.now()
    this.log.begin(`START RequestId: ${invocation.id} Version: ${spec.version}`)
    const timeoutMs = spec.timeoutSeconds * 1000
    this.timer = setTimeout(() => this.timedOut(invocation), timeoutMs)
    const hosts = this.currentHosts()
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': invocation.id,
      'lambda-runtime-deadline-ms': String(Date.now() + timeoutMs),
      'lambda-runtime-invoked-function-arn': invocation.functionArn,
    }
    if (hosts !== this.hosts) headers['lab-hosts'] = hosts
    this.hosts = hosts
    deliver(headers, invocation.payload)
  }

  /** Ends when its call, if any, has ended. */
  retire(): void {
    this.retired = true
    if (!this.invocation) this.kill()
  }

  /** Does nothing more from now on; a call in flight is never answered. The process is gone after so long. */
  abandon(laterMs = 0): void {
    const {invocation} = this
    this.invocation = undefined
    invocation?.abort(new EnvironmentLost(`the environment of ${this.spec.name} has ended`))
    if (laterMs === 0) return this.kill()
    this.killed = true
    this.child.kill('SIGSTOP')
    setTimeout(() => this.kill(), laterMs).unref()
  }

  onNext(deliver: Deliver): void {
    this.flush?.()
    // A request for work that was on its way when the process was killed.
    if (this.killed) return
    const coldMs = this.ready ? 0 : this.lab.profile.coldMs - (performance.now() - this.startedAt)
    if (coldMs > 0) {
      setTimeout(() => this.onNext(deliver), coldMs).unref()
      return
    }

    this.deliver = deliver
    this.ready = true
    clearTimeout(this.timer)
    if (this.retired) this.kill()
    else this.events.onIdle(this)
  }

  onResponse(id: string, payload: Buffer): void {
    if (payload.length <= MAX_RESPONSE) return this.settle(id, (invocation, log) => invocation.succeed(payload, log))
    const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE} bytes).`
    this.settle(id, (invocation, log) =>
      invocation.fail({errorType: 'Function.ResponseSizeTooLarge', errorMessage}, log),
    )
  }

  onError(id: string, payload: Buffer): void {
    this.settle(id, (invocation, log) => invocation.fail(payload, log))
  }

  onInitError(payload: Buffer): void {
    this.initError = payload
  }

  private settle(id: string, act: (invocation: Invocation, log: string) => void): void {
    const {invocation} = this
    if (invocation?.id !== id) return
    clearTimeout(this.timer)
    this.invocation = undefined
    // What the handler printed is in the pipe already: one more turn of the loop, or its next request, and it is read.
    const flush = () => {
      if (this.flush !== flush) return
      this.flush = undefined
      act(invocation, this.log.end(`END RequestId: ${id}`))
    }
    this.flush = flush
    setImmediate(() => setImmediate(flush))
  }

  private timedOut(invocation: Invocation): void {
    this.failCall(invocation, 'Sandbox.Timedout', `Task timed out after ${this.spec.timeoutSeconds.toFixed(2)} seconds`)
    this.kill()
  }

  private initTimedOut(): void {
    this.initError = Buffer.from(
      JSON.stringify({errorType: 'Sandbox.Timedout', errorMessage: `Init of ${this.spec.name} timed out`}),
    )
    this.kill()
  }

  private failCall(invocation: Invocation, errorType: string, text: string): void {
    this.invocation = undefined
    const errorMessage = `RequestId: ${invocation.id} Error: ${text}`
    invocation.fail({errorType, errorMessage}, this.log.end(`${new Date().toISOString()} ${invocation.id} ${text}`))
  }

  private kill(): void {
    this.killed = true
    this.child.kill('SIGKILL')
  }

  private gone(how: string): void {
    if (this.isGone) return
    this.isGone = true
    clearTimeout(this.timer)
    this.flush?.()
    this.detach()
    const {invocation} = this
    if (invocation) this.failCall(invocation, 'Runtime.ExitError', `Runtime exited with error: ${how}`)
    this.events.onGone(this, this.initFailure(`Error: Runtime exited with error: ${how}`))
  }

  /** Why it never became ready; nothing where it was, or where it was killed for another reason than its own. */
  private initFailure(errorMessage: string): Buffer | undefined {
    if (this.ready || (this.killed && !this.initError)) return undefined
    return this.initError ?? Buffer.from(JSON.stringify({errorType: 'Runtime.ExitError', errorMessage}))
  }

  private currentHosts(): string {
    const {hosts} = this.lab
    const {inNetwork, region} = this.spec
    return JSON.stringify({...(!inNetwork && hosts.onInternet()), ...hosts.ofRegion(region)})
  }

  /** Only these: nothing of the lab's own environment leaks into a handler. */
  private variables(runtimeApi: string): Record<string, string> {
    const {spec, lab} = this
    const {accessKeyId, secretAccessKey, sessionToken} = lab.sessionKeys(spec.role, spec.name)
    return {
      ...spec.variables,
      _HANDLER: spec.handler,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
      AWS_DEFAULT_REGION: spec.region,
      AWS_ENDPOINT_URL: lab.endpoint,
      AWS_EXECUTION_ENV: `AWS_Lambda_${spec.runtime}`,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
      AWS_LAMBDA_FUNCTION_NAME: spec.name,
      AWS_LAMBDA_FUNCTION_VERSION: spec.version,
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_FORMAT: spec.logFormat,
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${spec.name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: `${spec.name}[${spec.version}]`,
      AWS_LAMBDA_RUNTIME_API: runtimeApi,
      AWS_REGION: spec.region,
      // The handlers run on the lab's Node.js, which may be older than the SDK's next one: no news to an operator.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      LAB_CODE_CACHE: codeCache(),
      LAB_HOSTS: this.hosts,
      ...(spec.optFolder && {LAB_OPT: spec.optFolder}),
      LAMBDA_TASK_ROOT: spec.codeFolder,
      LANG: 'en_US.UTF-8',
      NODE_EXTRA_CA_CERTS: lab.pki.caFile,
      PATH: ['/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
      TMPDIR: spec.codeFolder,
      TZ: ':UTC',
    }
  }
}
