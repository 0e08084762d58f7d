/** What an error of the database means for the change that was asked for. Pure. */

/** When it happened: `connect` is everything before the statement was sent. */
export type Phase = 'connect' | 'statement'

export interface Failure {
  /** Whether the statement may have taken effect. */
  applied: 'no' | 'maybe'
  /** Whether trying again can help. */
  retry: boolean
  /** Whether the connections at hand are of no more use: lost, or read-only after a switch, and so they stay. */
  recycle: boolean
  /** The credentials were refused: fetch the secret anew. */
  denied: boolean
  /** A unique key already holds the value. */
  duplicate: boolean
}

const READ_ONLY = new Set([1290, 1836, 1792])
const DENIED = new Set([1045])
const DUPLICATE = new Set([1062])

/** The server said no, and another try can go well: too many connections (1040, 1203, 1226), lock wait (1205), deadlock (1213). */
const PASSING = new Set([1040, 1203, 1205, 1213, 1226])

/** Of an account or database that does not exist: as lasting at the greeting as it is later. */
const LASTING = new Set([1044, 1049])

/**
 * RDS Proxy's own errors, which may come as late as the first statement: 9501 is its borrow timeout; the number of "no associated
 * read/write instances" is not documented, so that the whole range and the catch-all 1105 count as passing. An assumption.
 */
const ofProxy = (errno: number): boolean => errno === 1105 || (errno >= 9000 && errno < 10_000)

/**
 * The server answered with an error, and yet the change may be in: shutdown (1053), error during commit (1180), interrupted or
 * killed (1317, 1927).
 */
const AMBIGUOUS = new Set([1053, 1180, 1317, 1927])

export function classify(error: unknown, phase: Phase): Failure {
  const {errno, sqlState} = error as {errno?: unknown; sqlState?: unknown}
  // Node's own errors carry an errno too (negative); the server's are positive and come with an SQL state.
  const serverError = typeof errno === 'number' && errno > 0 && sqlState !== undefined ? errno : undefined

  if (serverError === undefined) {
    return {applied: phase === 'connect' ? 'no' : 'maybe', retry: true, recycle: true, denied: false, duplicate: false}
  }

  const isAmbiguous = AMBIGUOUS.has(serverError)
  const readOnly = READ_ONLY.has(serverError)
  const denied = DENIED.has(serverError)
  const passing = PASSING.has(serverError) || ofProxy(serverError) || (phase === 'connect' && !LASTING.has(serverError))
  return {
    applied: isAmbiguous && phase === 'statement' ? 'maybe' : 'no',
    retry: isAmbiguous || readOnly || denied || passing,
    recycle: isAmbiguous || readOnly || denied,
    denied,
    duplicate: DUPLICATE.has(serverError),
  }
}

/** What a log may say of an error: its code, never its text, in which databases quote values and statements. */
export function codeOf(error: unknown): string {
  const {code, errno, name} = (error ?? {}) as {code?: unknown; errno?: unknown; name?: unknown}
  if (typeof code === 'string') return code
  if (typeof errno === 'number') return String(errno)
  return typeof name === 'string' ? name : 'Error'
}
