/** What an answer, or its absence, says about one probe. */

import type {ProbeKind, ProbeOutcome} from '../model/ledger.js'
import type {ApiAnswer} from '../ports/world.js'

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

/** Answers to a write that leave open whether it was applied: the handler may have died or been cut off after its commit. */
const MAYBE_APPLIED = new Set([500, 502, 504])

/** What our handlers put into `response.code` of a 503 when they lost the database after sending the statement. */
const UNSURE_CODE = /unsure|unknown|maybe/i

/**
 * Judges an answer.
 *
 * A write is `ok` with 200 (its request id was stored before) or 201. It is `unsure` with 500, 502 and 504, as the
 * edge and API Gateway answer so too when the handler was killed after its commit, and with a 503 whose code says that
 * the outcome is not known. Every other answer is `fail`: a 4xx is refused before the database, 429 is the fence or a
 * throttle, and a 503 of ours or of the edge's says that nothing was applied.
 *
 * A read applies nothing, so it is `ok` with 200 and `fail` otherwise.
 */
export function outcomeOfAnswer(kind: ProbeKind, answer: Pick<ApiAnswer, 'body' | 'status'>): ProbeOutcome {
  const {status} = answer
  if (kind === 'read') return status === 200 ? 'ok' : 'fail'
  if (status === 200 || status === 201) return 'ok'
  if (MAYBE_APPLIED.has(status)) return 'unsure'
  return status === 503 && UNSURE_CODE.test(codeOf(answer.body)) ? 'unsure' : 'fail'
}

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

function codeOf(body: unknown): string {
  const response = (body as {response?: {code?: unknown}} | undefined)?.response
  return typeof response?.code === 'string' ? response.code : ''
}
