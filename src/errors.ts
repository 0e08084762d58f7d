/**
 * Coded errors: one table of exit codes, one class with the four parts that every error shows.
 * Imports nothing, so that every layer may throw it.
 */

/** Exit statuses, each with its meaning. The docs and the help are generated from this table. */
export const EXIT = {
  done: {status: 0, meaning: 'done'},
  failed: {status: 1, meaning: 'failed, such as an unknown id or a bug'},
  usage: {status: 2, meaning: 'wrong usage: flag, configuration or target; no lab; port in use'},
  refused: {status: 3, meaning: 'refused by a gate; nothing was changed'},
  stopped: {
    status: 4,
    meaning: 'stopped midway; continue with `todo-dr resume`, or a deployment with the same command',
  },
  missed: {status: 5, meaning: 'an objective was missed, drift was found, or something is unhealthy'},
  unknown: {status: 6, meaning: 'the outcome is unknown, or what is there could not be seen'},
  credentials: {status: 7, meaning: 'credentials, token, scope or permission missing'},
  interrupted: {status: 130, meaning: 'interrupted or declined'},
} as const

export type ExitName = keyof typeof EXIT

export interface ErrorParts {
  /** Stable, PascalCase; scripts match on it. */
  code: string
  exit: ExitName
  /** What happened, one sentence. */
  what: string
  /** Why, as far as it is known. */
  why?: string
  /** What to do next: a command where there is one. */
  next?: string
  /** The AWS request id, where AWS answered. */
  requestId?: string
  cause?: unknown
  /** The call may have had its effect all the same: nobody answered, or a fault that tells nothing. */
  unclear?: boolean
  /** The same call may work a moment later: nobody answered, or AWS throttled or failed it, or somebody else came in between. */
  passing?: boolean
}

/** What happened and why, where only a line is shown. */
export const inOneLine = ({what, why}: Pick<ErrorParts, 'what' | 'why'>): string =>
  why === undefined ? what : `${what}: ${why}`

/** An error in four parts: what happened, why, what to do next, the AWS request id. */
export class DrError extends Error {
  readonly code: string
  readonly exit: ExitName
  readonly why?: string
  readonly next?: string
  readonly requestId?: string
  readonly unclear: boolean
  readonly passing: boolean

  constructor(parts: ErrorParts) {
    super(parts.what, parts.cause === undefined ? undefined : {cause: parts.cause})
    this.name = 'DrError'
    this.code = parts.code
    this.exit = parts.exit
    this.why = parts.why
    this.next = parts.next
    this.requestId = parts.requestId
    this.unclear = parts.unclear ?? false
    this.passing = parts.passing ?? false
  }

  get exitStatus(): number {
    return EXIT[this.exit].status
  }
}

/** Why a command was asked to end, as the reason of its signal. */
export class Interruption extends Error {
  /** `hangup`: its terminal went away, and nobody asked for the end of what has begun. */
  constructor(
    readonly signal: string,
    readonly hangup: boolean,
  ) {
    super(`ended by ${signal}`)
    // What libraries and ports take for the end of a call by its caller.
    this.name = 'AbortError'
  }
}

/**
 * Nobody answered: refused, reset, timed out, or the deadline passed. A port throws it, a probe turns it into the
 * value `unreachable`. An answer that says no (a fault, a 4xx) is never `Unreachable`.
 */
export class Unreachable extends DrError {
  constructor(what: string, cause?: unknown, next = 'todo-dr status') {
    super({
      code: 'Unreachable',
      exit: 'failed',
      what,
      why: cause instanceof Error ? cause.message : undefined,
      next,
      cause,
      unclear: true,
      passing: true,
    })
    this.name = 'Unreachable'
  }
}
