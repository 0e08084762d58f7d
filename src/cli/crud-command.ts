/** What the crud commands share: a token, one request through the edge, errors by status. */

import {DrCommand} from './dr-command.js'
import {DrError} from '../errors.js'
import type {ExitName} from '../errors.js'
import {homeOf, regionNames} from '../model/regions.js'
import type {ApiAnswer, ApiRequest} from '../ports/workload.js'
import type {World} from '../ports/world.js'
import {TODO_PATH} from '../workloads/todo/index.js'

/** The edge may need its time to find out that an origin is silent, before it asks the other one. */
const PATIENCE_MS = 30_000

export interface ToDo {
  id: string
  task: string
  status: string
  /** ISO 8601, UTC. */
  createdTime: string
  /** The idempotency key that it was created with. */
  requestId: string | null
}

export interface ToDoPage {
  items: ToDo[]
  /** Where the next page begins; null after the last. */
  next: string | null
}

type ToDoRequest = Pick<ApiRequest, 'body' | 'method' | 'query'>

export abstract class CrudCommand extends DrCommand {
  /** Sends one request through the edge, without retry; the answer's `response`. */
  protected async call<T>(request: ToDoRequest): Promise<T> {
    refuseBrokenText(request)
    const world = await this.session({lazy: true}).world()
    const {token} = await world.tokens.get(await servingRegion(world, this.signal), {signal: this.signal})
    const answer = await world.api.edge(
      {...request, path: TODO_PATH, token, timeoutMs: PATIENCE_MS},
      {signal: this.signal},
    )
    const {status, response} = (answer.body ?? {}) as {status?: string; response?: unknown}
    if (answer.status >= 300 || status !== 'ok') throw apiError(answer)
    if (answer.region) this.emit({code: 'note', text: `served by ${answer.region}`})
    return response as T
  }

  protected show({id, task, status, createdTime}: ToDo): void {
    this.log(`id       ${id}\ntask     ${task}\nstatus   ${status}\ncreated  ${createdTime}`)
  }
}

/** The region that the edge serves; home where nobody can tell, since either region's token opens both. */
export async function servingRegion(world: World, signal: AbortSignal): Promise<string> {
  const home = homeOf(world.deployment)
  try {
    const serving = await world.route.serving({signal})
    return regionNames(world.deployment).includes(serving) ? serving : home
  } catch (error) {
    if (signal.aborted || !(error instanceof DrError) || error.exit === 'credentials') throw error
    return home
  }
}

/** Node decodes arguments that are not UTF-8 to U+FFFD: stored, it could not be told from the user's text any more. */
function refuseBrokenText({body, query}: ToDoRequest): void {
  const broken = Object.entries({...query, ...(body as object | undefined)}).find(([, value]) =>
    String(value).includes('\uFFFD'),
  )
  if (!broken) return
  throw new DrError({
    code: 'NotUtf8',
    exit: 'usage',
    what: `the ${broken[0]} holds bytes that are not UTF-8`,
    why: 'the terminal or the script that gave it uses another encoding',
    next: 'give it in UTF-8',
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
  if (status === 401) return {exit: 'credentials', what: 'the API does not take the token', next: 'todo-dr token'}
  if (status === 403) {
    return {
      exit: 'credentials',
      what: 'the token does not allow this',
      next: 'give its client the scope api/upsert-delete',
    }
  }

  if (status === 404) return {exit: 'failed', what: 'there is no such ToDo', next: 'todo-dr crud list'}
  if (status === 409) return {exit: 'failed', what: 'the API sees a conflict', next: 'todo-dr crud list'}
  if (status === 429) return {exit: 'failed', what: 'the API is throttled', next: 'try again in a few seconds'}
  if (status >= 400 && status < 500) {
    return {exit: 'usage', what: 'the API refuses the input', next: 'correct the input; nothing was stored'}
  }

  return {exit: 'failed', what: 'the API cannot serve the request', next: 'todo-dr status'}
}
