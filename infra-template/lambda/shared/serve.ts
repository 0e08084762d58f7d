/** The frame around every function: time, answer, log line. What a function throws ends here as an honest status. */

import type {Context} from 'aws-lambda'
import {bodyOf, refusalAnswer, Refusal, toProxyResult, unavailable, type Answer, type ProxyResult} from './answer.js'
import {DatabaseFailure} from './database.js'
import {Deadline} from './deadline.js'
import {environment} from './environment.js'
import {framesOf, log} from './log.js'
import {toRequest, type ApiRequest} from './request.js'
import {isWarmUp, warmUp, type Ready} from './warm-up.js'

export type LambdaContext = Pick<Context, 'awsRequestId' | 'functionName' | 'getRemainingTimeInMillis'>

export type Act = (request: ApiRequest, deadline: Deadline) => Promise<Answer>

type Handler = (event: unknown, context: LambdaContext) => Promise<ProxyResult | ReturnType<typeof bodyOf>>

/** Answers API Gateway in its form, and a direct invocation with the body alone. `ready` is what a warm-up does instead of `act`. */
export function serve(act: Act, ready?: Ready): Handler {
  return async (event, context) => {
    if (ready && isWarmUp(event)) return warmUp(ready, context)
    const request = toRequest(event)
    const answer = await answerOf(async () => {
      refuseExpired(request)
      return act(request, Deadline.of(context))
    }, context)
    return request.viaApi ? toProxyResult(answer, environment.region) : bodyOf(answer)
  }
}

/** API Gateway keeps what its authorizer said for some minutes: a token may have expired since. Nothing has been done for it yet. */
function refuseExpired({expiresAt}: ApiRequest): void {
  if (expiresAt !== undefined && expiresAt <= Date.now())
    throw new Refusal(401, 'TokenExpired', 'The token has expired: fetch another one.')
}

/** Runs it to an answer, whatever happens, and writes the one line about it. */
export async function answerOf(act: () => Promise<Answer>, context: LambdaContext): Promise<Answer> {
  const startedAt = performance.now()
  let answer: Answer
  try {
    answer = await act()
  } catch (error) {
    answer = errorAnswer(error, context)
  }

  const {code = 'Ok'} = (answer.statusCode < 400 ? {} : answer.response) as {code?: string}
  log({
    event: 'answer',
    code,
    requestId: context.awsRequestId,
    function: context.functionName,
    status: answer.statusCode,
    ms: Math.round(performance.now() - startedAt),
  })
  return answer
}

function errorAnswer(error: unknown, context: LambdaContext): Answer {
  if (error instanceof Refusal) return refusalAnswer(error)
  const requestId = context.awsRequestId
  if (error instanceof DatabaseFailure && error.code === 'ER_NO_SUCH_TABLE') {
    return refusalAnswer(unavailable('TableMissing', 'The table is not there yet: invoke the create-table function.'))
  }

  if (error instanceof DatabaseFailure) {
    log({event: 'bug', code: error.code, requestId})
    return refusalAnswer(new Refusal(500, 'DatabaseError', 'The database refused the statement; nothing was changed.'))
  }

  log({event: 'bug', code: error instanceof Error ? error.name : 'Error', requestId, frames: framesOf(error)})
  return refusalAnswer(new Refusal(500, 'InternalError', 'The function failed; the log has the request id.'))
}
