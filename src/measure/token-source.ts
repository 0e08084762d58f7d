/** Tokens as a careful client gets them: of one region's pool, and of the other's where that one is refused or silent. */

import type {Region} from '../model/deployment.js'
import {homeOf, otherRegion} from '../model/regions.js'
import type {World} from '../ports/world.js'
import type {TokenSource} from './held-token.js'

/**
 * Begins with home's pool, or that of `first`. A token of a lost region's pool may be refused elsewhere, where that pool's keys were not
 * cached before they could not be fetched any more (undocumented for API Gateway): a client must then take one of the
 * other pool.
 */
export function tokenSource(
  {tokens, deployment}: Pick<World, 'deployment' | 'tokens'>,
  first: Region = homeOf(deployment),
): TokenSource {
  let preferred = first
  return async (refused) => {
    if (refused !== undefined) {
      await tokens.refused(refused)
      preferred = otherRegion(deployment, preferred)
    }

    return (await tokens.get(preferred)).token
  }
}
