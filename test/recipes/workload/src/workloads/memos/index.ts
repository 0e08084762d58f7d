/** An API of memos: what is sent to it, and how its answers read. */

import type {ProbeOutcome} from '../../model/ledger.js'
import type {ApiAnswer, Asked, Workload} from '../../ports/workload.js'

const PATH = '/memos'

export const memos: Workload = {
  path: PATH,
  write: (requestId, purpose) => ({method: 'PUT', path: `${PATH}/${requestId}`, body: {text: purpose}}),
  read: (id) => ({method: 'GET', path: id === undefined ? `${PATH}/count` : `${PATH}/${id}`}),
  removal: (id) => ({method: 'DELETE', path: `${PATH}/${id}`}),
  warming: () => [],
  idOf: (answer) =>
    outcomeOf('write', answer) === 'ok' ? (answer.body as {key?: string} | undefined)?.key : undefined,
  outcomeOf,
  isAbsent: ({status}) => status === 404,
  isTableMissing: ({body}) => memos.errorOf(body)?.code === 'NoTable',
  errorOf(body) {
    const {error} = (body ?? {}) as {error?: string}
    return error === undefined ? undefined : {code: error}
  },
  presence: {
    most: 100,
    payload: (keys) => ({keys}),
    idsIn: (answer) => (answer as {keys?: string[]} | undefined)?.keys,
  },
}

/** Only a 201 was surely stored, and only a 4xx surely was not. */
function outcomeOf(asked: Asked, {status}: Pick<ApiAnswer, 'body' | 'status'>): ProbeOutcome {
  if (status === (asked === 'write' ? 201 : 200)) return 'ok'
  if (asked === 'read') return 'fail'
  return status >= 400 && status < 500 ? 'fail' : 'unsure'
}
