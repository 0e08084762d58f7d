/** The header that opens APIs which answer the edge alone; its value is kept in memory only. */

import type {Deployment, Region} from '../../model/deployment.js'
import {regionNames} from '../../model/regions.js'
import type {CallOptions} from '../../ports/world.js'
import {firstOf} from '../first-of.js'
import type {DirectHeaders} from '../http/api.js'
import type {Clients} from './clients.js'

/**
 * Headers of a request past the edge; none where the APIs are not locked.
 *
 * Every region holds a copy of the one secret, so that all are asked at once and the first answer is taken: a region whose
 * API is well must not look lost because another service of it is not. An answer is remembered until it is refused, a failure is not.
 */
export function edgeKey(clients: Clients, deployment: Deployment): DirectHeaders {
  const {lock} = deployment.edge
  if (!lock) return async () => ({})
  let known: string | undefined
  return async (options, refused) => {
    if (refused?.[lock.header] === known) known = undefined
    known ??= await firstOf(
      regionNames(deployment).map((region) => secretIn(clients, region, lock.secretName, options)),
      options.signal,
    )
    return {[lock.header]: known}
  }
}

async function secretIn(clients: Clients, region: Region, SecretId: string, options: CallOptions): Promise<string> {
  const {SecretString = ''} = await clients.call('secretsmanager', region, 'GetSecretValue', {SecretId}, options)
  return SecretString
}
