/**
 * Of up to 5000 request ids, those that the writer of this region holds now: a reader that lags would count writes as lost that
 * are there. With `{"action": "MIGRATIONS"}` the migrations that this region's own database has, on a standby too. Not exposed by
 * the API. It throws where it cannot tell, so that nobody takes an error for "none is there".
 */

import {read, readWriter} from './shared/database.js'
import {Deadline} from './shared/deadline.js'
import {answerOf, type LambdaContext} from './shared/serve.js'
import {historyOf, type HistoryRow} from './shared/history.js'
import {toRequest} from './shared/request.js'
import {parseRequestIds} from './shared/validation.js'

type Held = {present: string[]} | {migrations: HistoryRow[]}

export async function handler(event: unknown, context: LambdaContext): Promise<Held> {
  const answer = await answerOf(async () => {
    const payload = toRequest(event).json()
    const deadline = Deadline.of(context)
    const response: Held =
      payload.action === 'MIGRATIONS'
        ? {migrations: await read(deadline, historyOf)}
        : {present: await presentOf(parseRequestIds(payload), deadline)}
    return {statusCode: 200, response}
  }, context)
  if (answer.statusCode === 200) return answer.response as Held

  const {code, message} = answer.response as {code: string; message: string}
  const error = new Error(message)
  error.name = code
  throw error
}

async function presentOf(requestIds: string[], deadline: Deadline): Promise<string[]> {
  if (requestIds.length === 0) return []
  const rows = await readWriter(deadline, (session) =>
    session.rows<{requestId: string}>('SELECT RequestId AS requestId FROM ToDos WHERE RequestId IN (?)', [requestIds]),
  )
  return rows.map((row) => row.requestId)
}
