/** A request of the API with a token, for everybody but the prober, which never sends anything twice. */

import type {Region} from '../model/deployment.js'
import type {CallOptions, Tokens} from './world.js'
import type {ApiAnswer} from './workload.js'

/**
 * A token that is refused is dropped, and another one is asked for, once: it may come of a cache that is damaged, or of a pool whose
 * keys have changed. 401 comes of the authorizer, before any function runs, so that sending a write again makes no second row
 * (API Gateway developer guide, gateway response UNAUTHORIZED).
 */
export async function withToken(
  tokens: Tokens,
  preferred: Region,
  options: CallOptions,
  send: (token: string) => Promise<ApiAnswer>,
): Promise<ApiAnswer> {
  const {token} = await tokens.get(preferred, options)
  const answer = await send(token)
  if (answer.status !== 401) return answer
  await tokens.refused(token)
  const {token: another} = await tokens.get(preferred, options)
  return another === token ? answer : send(another)
}
