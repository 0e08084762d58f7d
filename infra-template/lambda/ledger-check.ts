/**
 * Of up to 5000 request ids, those that this region's own database holds now. Not exposed by the API. It throws where it
 * cannot tell, so that nobody takes an error for "none is there".
 */

import {read} from './shared/database.js'
import {Deadline} from './shared/deadline.js'
import {answerOf, type LambdaContext} from './shared/serve.js'
import {toRequest} from './shared/request.js'
import {parseRequestIds} from './shared/validation.js'

export async function handler(event: unknown, context: LambdaContext): Promise<{present: string[]}> {
  const answer = await answerOf(async () => {
    const requestIds = parseRequestIds(toRequest(event).json())
    return {statusCode: 200, response: {present: await presentOf(requestIds, Deadline.of(context))}}
  }, context)
  if (answer.statusCode === 200) return answer.response as {present: string[]}

  const {code, message} = answer.response as {code: string; message: string}
  const error = new Error(message)
  error.name = code
  throw error
}

async function presentOf(requestIds: string[], deadline: Deadline): Promise<string[]> {
  if (requestIds.length === 0) return []
  const rows = await read(deadline, (session) =>
    session.rows<{requestId: string}>('SELECT RequestId AS requestId FROM ToDos WHERE RequestId IN (?)', [requestIds]),
  )
  return rows.map((row) => row.requestId)
}
