/** The template's warm-up: an event that asks a function for nothing but to be ready for the next request. */

import type {Context} from 'aws-lambda'
import {Refusal} from './answer.js'
import {Deadline} from './deadline.js'
import {codeOf} from './failure.js'
import {log} from './log.js'

/** Opens what the next request needs: the secret, the connection to the proxy, and the proxy's to the database. */
export type Ready = (deadline: Deadline) => Promise<unknown>

/** `{"warm": true}` and no more: no request of API Gateway looks so, and no body of a direct invocation may. */
export function isWarmUp(event: unknown): boolean {
  const entries = typeof event === 'object' && event !== null ? Object.entries(event) : []
  return entries.length === 1 && entries[0]![0] === 'warm' && entries[0]![1] === true
}

/** Never throws: a standby's proxy leads no writing function anywhere, and Lambda would count that as an error and try again. */
export async function warmUp(
  ready: Ready,
  context: Pick<Context, 'awsRequestId' | 'functionName' | 'getRemainingTimeInMillis'>,
): Promise<{status: 'ok'; response: object}> {
  const startedAt = performance.now()
  let code = 'Ok'
  try {
    await ready(Deadline.of(context))
  } catch (error) {
    code = error instanceof Refusal ? error.code : codeOf(error)
  }

  const {awsRequestId: requestId, functionName} = context
  log({event: 'warm-up', code, requestId, function: functionName, ms: Math.round(performance.now() - startedAt)})
  return {status: 'ok', response: {warm: code === 'Ok', code}}
}
