/**
 * What the absence of an answer says about one probe, and an answer that AWS gives in the place of the API; what the API's own
 * answers say, its workload knows.
 */

import type {ProbeKind, ProbeOutcome, ProbeRefusal} from '../model/ledger.js'
import type {ApiAnswer} from '../ports/workload.js'

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

/**
 * Undefined where the API itself has answered, or where nobody can tell. None of them has applied anything.
 * not-run: "If the Lambda API rejects the invocation request, API Gateway returns a 500 error code"; a function that ran and failed
 * gives 502 (Lambda developer guide, "Handling errors with an API Gateway API"). API Gateway's own errors bear `x-amzn-errortype`.
 * firewall: CloudFront's own page, or API Gateway's answer of the type WAF_FILTERED (API Gateway developer guide, "Gateway response
 * types").
 */
export function refusalOf({
  status,
  headers,
  body,
}: Pick<ApiAnswer, 'body' | 'headers' | 'status'>): ProbeRefusal | undefined {
  if (status === 500) return headers['x-amzn-errortype'] === 'InternalServerErrorException' ? 'not-run' : undefined
  if (status !== 403) return undefined
  const ofEdge = headers['x-amzn-requestid'] === undefined && /^Error from cloudfront/i.test(headers['x-cache'] ?? '')
  return ofEdge || JSON.stringify(body ?? '').includes('"WAF_FILTERED"') ? 'firewall' : undefined
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
