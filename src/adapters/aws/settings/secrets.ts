/** What the secrets of a region hold, as keyed hashes. */

import type {SecretListEntry} from '@aws-sdk/client-secrets-manager'
import type {Item} from '../../../ports/settings.js'
import {isFault} from '../errors.js'
import {pages} from '../pages.js'
import type {Asked} from './asked.js'
import {hash} from './hash.js'
import {proxySecrets} from './proxy.js'
import {tagSettings, tagsOf} from './values.js'

/** Those of the application, of the proxy and of the edge's lock: without them no request gets through. */
export async function secretItems(asked: Asked): Promise<Item[]> {
  const {lock} = asked.deployment.edge
  const [own, ofProxy] = await Promise.all([ownSecrets(asked), proxySecrets(asked)])
  const tags = new Map(own.map(({ARN = '', Tags}) => [ARN, tagSettings(tagsOf(Tags))]))
  const named = lock && !own.some(({Name}) => Name === lock.secretName) ? [lock.secretName] : []
  const ids = new Set([...tags.keys(), ...ofProxy, ...named])
  return (await Promise.all([...ids].map((id) => secretItem(asked, id, tags.get(id))))).flat()
}

async function ownSecrets({clients, deployment, region, options}: Asked): Promise<SecretListEntry[]> {
  // A filter by name takes what begins with it (Secrets Manager API, Filter).
  const Filters = [{Key: 'name' as const, Values: [`${deployment.app}/`]}]
  const found = await pages((NextToken) =>
    clients.call('secretsmanager', region, 'ListSecrets', {Filters, NextToken}, options),
  )
  return found.flatMap(({SecretList = []}) => SecretList)
}

async function secretItem(
  {clients, region, options}: Asked,
  SecretId: string,
  tags: Item['settings'] = {},
): Promise<Item[]> {
  try {
    const found = await clients.call('secretsmanager', region, 'GetSecretValue', {SecretId}, options)
    const value =
      found.SecretString === undefined ? {value: hash(found.SecretBinary ?? '')} : hashed(found.SecretString)
    return [{kind: 'secret', name: found.Name ?? SecretId, settings: {...value, ...tags}}]
  } catch (error) {
    if (isFault(error, 'ResourceNotFoundException')) return []
    throw error
  }
}

/** Member by member where it is an object of JSON, as RDS Proxy wants it. */
function hashed(text: string): Item['settings'] {
  try {
    const value: unknown = JSON.parse(text)
    if (value !== null && typeof value === 'object' && !Array.isArray(value))
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, hash(JSON.stringify(member))]))
  } catch {
    // A text is hashed as it is.
  }

  return {value: hash(text)}
}
