/** What the absence of an answer says about one probe; what an answer says, its workload knows. */

import type {ProbeKind, ProbeOutcome} from '../model/ledger.js'

/** Codes of errors that end a connection before a byte of the request was sent. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
])

/**
 * Judges a request without an answer. A connection that was never made carried nothing, so the write is `fail`; a
 * reset or a deadline after the send tells nothing, so it is `unsure`. A read is `fail` either way.
 */
export function outcomeOfError(kind: ProbeKind, error: unknown): ProbeOutcome {
  if (kind === 'read') return 'fail'
  return neverSent(error) ? 'fail' : 'unsure'
}

/** Walks the chain of causes: ports wrap what the socket said. */
function neverSent(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > 5) return false
  const {code, syscall} = error as NodeJS.ErrnoException
  if (code !== undefined && NEVER_SENT.has(code)) return true
  if (syscall === 'connect' || syscall === 'getaddrinfo') return true
  if (error instanceof AggregateError && error.errors.length > 0) {
    return error.errors.every((inner) => neverSent(inner, depth + 1))
  }

  return neverSent(error.cause, depth + 1)
}
