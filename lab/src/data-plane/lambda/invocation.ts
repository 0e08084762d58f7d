import {randomUUID} from 'node:crypto'

/** What a function needs in order to run. */
export interface FunctionSpec {
  name: string
  /** Without a qualifier. */
  arn: string
  /** `$LATEST`, or the number of what was published. */
  version: string
  region: string
  /** ARN of the role as which it runs. */
  role: string
  handler: string
  runtime: string
  /** Seconds, 1 to 900. */
  timeoutSeconds: number
  /** Megabytes, 128 to 10,240; bounds the heap of the process. */
  memoryMb: number
  variables: Record<string, string>
  logFormat: 'JSON' | 'Text'
  /** In a network of the account; without one it reaches the Internet. */
  inNetwork: boolean
  /** The unpacked bundle. */
  codeFolder: string
  /** What it sees as /opt; undefined without layers. */
  optFolder: string | undefined
}

/** The end of a call: what the handler answered, or how it failed. */
export interface Outcome {
  functionError?: 'Unhandled'
  payload: Buffer
  /** The last 4 KB of the call's log. */
  logTail: string
}

/** Refused before it began: reserved concurrency, the account's, or no process in time. */
export class Throttled extends Error {
  constructor(
    readonly reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' | 'ConcurrentInvocationLimitExceeded',
  ) {
    super('Rate Exceeded.')
  }
}

/** The environment was taken away with its region, or with the lab: the caller never hears from it. */
export class EnvironmentLost extends Error {}

export class Invocation {
  readonly id = randomUUID()
  readonly outcome: Promise<Outcome>
  /** When the handler began and ended, by `performance.now()`; 0 where it never did. */
  begunAt = 0
  endedAt = 0
  private resolve!: (outcome: Outcome) => void
  private reject!: (error: Error) => void

  constructor(
    readonly payload: Buffer,
    /** As the caller named the function, with the qualifier. */
    readonly functionArn: string,
  ) {
    this.outcome = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    // An abort may come before anybody waits.
    this.outcome.catch(() => undefined)
  }

  succeed(payload: Buffer, logTail: string): void {
    this.endedAt = performance.now()
    this.resolve({payload, logTail})
  }

  fail(payload: Buffer | {errorType: string; errorMessage: string}, logTail: string): void {
    this.endedAt = performance.now()
    this.resolve({
      functionError: 'Unhandled',
      payload: Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload)),
      logTail,
    })
  }

  abort(error: Error): void {
    this.reject(error)
  }
}
