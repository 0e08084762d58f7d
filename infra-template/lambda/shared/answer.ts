/**
 * What a function answers: a status that is honest, and a body that is always
 * `{"status": "ok" | "error", "response": ...}`. Nothing else in the functions builds an answer.
 */

export interface Answer {
  statusCode: number
  response: unknown
  /** Seconds after which trying again makes sense; sent as Retry-After. */
  retryAfter?: number
}

/** The form in which API Gateway wants it (AWS_PROXY). */
export interface ProxyResult {
  statusCode: number
  headers: Record<string, string>
  body: string
}

/**
 * A no with a status, a stable code and a sentence for a person. Never carries what the client or the database said, but for a
 * migration that failed: whoever may send one wrote its SQL.
 */
export class Refusal extends Error {
  constructor(
    readonly statusCode: number,
    readonly code: string,
    message: string,
    readonly retryAfter?: number,
  ) {
    super(message)
    this.name = 'Refusal'
  }
}

export const badRequest = (code: string, message: string): Refusal => new Refusal(400, code, message)

export const notFound = (id: string): Refusal => new Refusal(404, 'ToDoNotFound', `There is no ToDo with id ${id}.`)

/** Surely not applied: the client may send it again. */
export const unavailable = (code: string, message: string): Refusal => new Refusal(503, code, message, 1)

/** Perhaps applied: nobody can say. A client that sent a requestId may send the very same request again. */
export const outcomeUnknown = (): Refusal =>
  new Refusal(
    504,
    'OutcomeUnknown',
    'The database was lost before it answered: the change may or may not have been made. Read before you send it again.',
  )

export function refusalAnswer(refusal: Refusal): Answer {
  return {
    statusCode: refusal.statusCode,
    response: {code: refusal.code, message: refusal.message},
    ...(refusal.retryAfter !== undefined && {retryAfter: refusal.retryAfter}),
  }
}

/** The body, as a direct invocation gets it. */
export const bodyOf = (answer: Answer): {status: 'ok' | 'error'; response: unknown} => ({
  status: answer.statusCode < 400 ? 'ok' : 'error',
  response: answer.response,
})

export function toProxyResult(answer: Answer, region: string): ProxyResult {
  return {
    statusCode: answer.statusCode,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-served-by-region': region,
      ...(answer.retryAfter !== undefined && {'retry-after': String(answer.retryAfter)}),
    },
    body: JSON.stringify(bodyOf(answer)),
  }
}
