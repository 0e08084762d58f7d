/** The ToDo API that `init` writes: what is sent to it, and how its answers read. Its handlers are in the template's `lambda/`. */

import type {ProbeOutcome} from '../../model/ledger.js'
import type {RecordedMigration} from '../../model/migration.js'
import type {ApiAnswer, ApiRequest, Asked, Purpose, Workload} from '../../ports/workload.js'

/** Where the ToDos stand behind every address of the API. */
export const TODO_PATH = '/v1'

/** The ids that the setup gives its samples. */
export const SAMPLE_IDS = Array.from({length: 10}, (_, index) => String(index + 1))

/** A list of one. */
const ONE: Record<string, string> = {limit: '1'}

/** The highest id that the table can hold, which no ToDo reaches. */
const NO_ID = '9223372036854775807'

/** Environments of the function that writes: four serve some 100 writes/s of 40 ms. A deletion comes alone. */
const WRITES_AT_ONCE = 4

/** The most request ids that the ledger check takes. */
const MOST_IDS = 5000

/** Answers to a change that leave open whether it was made: the handler may have died or been cut off after its commit. */
const MAYBE_APPLIED = new Set([500, 502, 504])

/** What the handlers put into `response.code` of a 503 when they lost the database after sending the statement. */
const UNSURE_CODE = /unsure|unknown|maybe/i

export const todo: Workload = {
  path: TODO_PATH,
  write: (requestId, purpose) => ({
    method: 'POST',
    path: TODO_PATH,
    body: {task: taskOf(requestId, purpose), status: purpose, requestId},
  }),
  read: (id) => ({method: 'GET', path: TODO_PATH, query: id === undefined ? ONE : {id}}),
  removal,
  warming: () => [...Array.from({length: WRITES_AT_ONCE}, () => changeOf(NO_ID)), removal(NO_ID)],

  idOf(answer) {
    const {id} = responseOf(answer.body)
    return outcomeOf('write', answer) === 'ok' && typeof id === 'string' ? id : undefined
  },
  outcomeOf,
  isAbsent: ({status}) => status === 404,
  // The function that makes the table makes the API's account too: before it nobody can log in.
  isTableMissing: ({body}) => ['TableMissing', 'AccountMissing'].includes(todo.errorOf(body)?.code ?? ''),
  errorOf(body) {
    if ((body as {status?: unknown} | undefined)?.status !== 'error') return undefined
    const {code, message} = responseOf(body)
    return {code: textOf(code), message: textOf(message), ...(code === 'DatabaseUnavailable' && {passing: true})}
  },

  presence: {
    most: MOST_IDS,
    payload: (requestIds) => ({requestIds}),
    idsIn(answer) {
      const {present} = (answer ?? {}) as {present?: unknown}
      return Array.isArray(present) ? present.map(String) : undefined
    },
  },
  setup: {
    title: 'Create the table and the ToDos 1 to 10',
    payloads: [{action: 'CREATE_TABLE'}, {action: 'SEED'}],
  },
  migrations: {
    payload: ({version, name, sha256, statements}, {by, mode}) => ({
      action: 'MIGRATE',
      version,
      name,
      sha256,
      statements,
      by,
      mode,
    }),
    history: {action: 'MIGRATIONS'},
    historyIn(answer) {
      // The presence function answers without the envelope of the API.
      const {migrations} = {...(answer as object), ...responseOf(answer)} as {migrations?: unknown}
      return Array.isArray(migrations) ? (migrations as RecordedMigration[]) : undefined
    },
  },
}

const changeOf = (id: string): ApiRequest => ({
  method: 'POST',
  path: TODO_PATH,
  body: {id, task: taskOf('', 'canary'), status: 'canary'},
})

function removal(id: string): ApiRequest {
  return {method: 'DELETE', path: TODO_PATH, body: {id}}
}

/** What a customer may see who lists ToDos while it is there. */
const taskOf = (requestId: string, purpose: Purpose): string =>
  purpose === 'canary' ? 'todo-dr canary' : `probe ${requestId.slice(0, 8)}`

/**
 * A change is `ok` with 200 (a write: its request id was stored before) or 201. It is `unsure` with 500, 502 and 504, as the
 * edge and API Gateway answer so too when the handler was killed after its commit, and with a 503 whose code says that
 * the outcome is not known. Every other answer is `fail`: a 4xx is refused before the database, 429 is the fence or a
 * throttle, and a 503 of the handlers' or of the edge's says that nothing was applied.
 *
 * A read applies nothing, so it is `ok` with 200 and `fail` otherwise.
 */
function outcomeOf(asked: Asked, {status, body}: Pick<ApiAnswer, 'body' | 'status'>): ProbeOutcome {
  if (asked === 'read') return status === 200 ? 'ok' : 'fail'
  if (status === 200 || status === 201) return 'ok'
  if (MAYBE_APPLIED.has(status)) return 'unsure'
  return status === 503 && UNSURE_CODE.test(todo.errorOf(body)?.code ?? '') ? 'unsure' : 'fail'
}

const responseOf = (body: unknown): Record<string, unknown> => {
  const {response} = (body ?? {}) as {response?: unknown}
  return typeof response === 'object' && response !== null ? (response as Record<string, unknown>) : {}
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
