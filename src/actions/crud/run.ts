/** One request of the API through the edge: a token, no retry, errors by status. */

import {DrError} from '../../errors.js'
import type {ExitName} from '../../errors.js'
import type {Emit} from '../../messages.js'
import {withToken} from '../../ports/with-token.js'
import type {ApiAnswer, ApiRequest} from '../../ports/workload.js'
import type {World} from '../../ports/world.js'
import {TODO_PATH} from '../../workloads/todo/index.js'
import {servingRegion} from '../token/run.js'

/** The edge may need its time to find out that an origin is silent, before it asks the other one. */
const PATIENCE_MS = 30_000

export type ToDoRequest = Pick<ApiRequest, 'body' | 'method' | 'query'>

export interface CallInput {
  /** Opened once the request is known to be good. */
  openWorld: () => Promise<World>
  request: ToDoRequest
  emit: Emit
  signal: AbortSignal
}

/** The answer's `response`. Throws for an answer that says no, and for text that was not UTF-8. */
export async function callApi<T>({openWorld, request, emit, signal}: CallInput): Promise<T> {
  refuseBrokenText(request)
  const world = await openWorld()
  const {api, tokens} = world
  const answer = await withToken(tokens, await servingRegion(world, signal), {signal}, (token) =>
    api.edge({...request, path: TODO_PATH, token, timeoutMs: PATIENCE_MS}, {signal}),
  )
  const {status, response} = (answer.body ?? {}) as {status?: string; response?: unknown}
  if (answer.body === undefined && answer.region === undefined && answer.status < 500) throw notTheApi(answer, world)
  if (answer.status >= 300 || status !== 'ok') throw apiError(answer)
  if (answer.region) emit({code: 'note', text: `served by ${answer.region}`})
  return response as T
}

/** An answer without JSON, which no region has signed: a page of somebody else. */
const notTheApi = ({status}: ApiAnswer, {deployment: {edge}}: World): DrError =>
  new DrError({
    code: 'NotTheApi',
    exit: 'failed',
    what: `${edge.url} does not answer as the API does (HTTP ${status})`,
    next: `check that ${edge.url} is the distribution of this deployment, and the proxy or sign-in page of your network`,
  })

/** Node decodes arguments that are not UTF-8 to U+FFFD: stored, it could not be told from the user's text any more. */
function refuseBrokenText({body, query}: ToDoRequest): void {
  const broken = Object.entries({...query, ...(body as object | undefined)}).find(([, value]) =>
    String(value).includes('\uFFFD'),
  )
  if (!broken) return
  throw new DrError({
    code: 'NotUtf8',
    exit: 'usage',
    what: `the ${broken[0]} contains bytes that are not valid UTF-8`,
    why: 'the terminal or script uses another encoding',
    next: 'use UTF-8',
  })
}

interface Complaint {
  exit: ExitName
  what: string
  next: string
}

/** An answer that says no, by its HTTP status. */
export function apiError(answer: ApiAnswer): DrError {
  const {code, message} = ((answer.body as {response?: unknown} | undefined)?.response ?? {}) as {
    code?: string
    message?: string
  }
  const gatewayMessage = (answer.body as {message?: string} | undefined)?.message
  const {exit, what, next} = complaintOf(answer.status)
  return new DrError({
    code: code ?? `Http${answer.status}`,
    exit,
    what: `${what} (HTTP ${answer.status}${answer.region ? ` from ${answer.region}` : ''})`,
    why: message ?? gatewayMessage,
    next,
    requestId: answer.headers['x-amzn-requestid'],
  })
}

function complaintOf(status: number): Complaint {
  if (status === 401) return {exit: 'credentials', what: 'the API rejects the token', next: 'todo-dr token'}
  if (status === 403) {
    return {
      exit: 'credentials',
      what: 'the token does not allow this',
      next: 'add the scope api/upsert-delete to its client',
    }
  }

  if (status === 404) return {exit: 'failed', what: 'there is no such ToDo', next: 'todo-dr crud list'}
  if (status === 409) return {exit: 'failed', what: 'the API reports a conflict', next: 'todo-dr crud list'}
  if (status === 429) return {exit: 'failed', what: 'the API is throttled', next: 'try again in a few seconds'}
  if (status >= 400 && status < 500) {
    return {exit: 'usage', what: 'the API rejects the input', next: 'fix the input; nothing was stored'}
  }

  return {exit: 'failed', what: 'the API cannot serve the request', next: 'todo-dr status'}
}
