/** Who answers for a zone, as the zone above it says: this is where clients, and those who issue certificates, ask. */

import {Resolver} from 'node:dns/promises'
import type {CallOptions} from '../../ports/call.js'
import {abortAfter} from '../abort-after.js'
import {plain} from './query.js'
import type {DnsServer} from './query.js'

const RESOLVER_MS = 3000
/** Node.js's words for a name that has no such record. */
const NONE = new Set(['ENODATA', 'ENOTFOUND'])

/** This machine's resolver, or one that asks `server`. */
export function resolverOf(server?: DnsServer): Resolver {
  const resolver = new Resolver({timeout: RESOLVER_MS / 2, tries: 2})
  if (server) resolver.setServers([`${server.host}:${server.port}`])
  return resolver
}

/** The names of the zone's name servers by the resolver, none for a zone that nobody knows; undefined where it does not tell. */
export async function delegationOf(
  zone: string,
  {signal}: CallOptions = {},
  resolver: Pick<Resolver, 'cancel' | 'resolveNs'> = resolverOf(),
): Promise<string[] | undefined> {
  try {
    return await abortAfter(RESOLVER_MS, signal, async (inner) => {
      inner.addEventListener('abort', () => resolver.cancel(), {once: true})
      const found = await resolver.resolveNs(zone)
      return found.map((name) => plain(name))
    })
  } catch (error) {
    signal?.throwIfAborted()
    return NONE.has((error as NodeJS.ErrnoException).code ?? '') ? [] : undefined
  }
}
