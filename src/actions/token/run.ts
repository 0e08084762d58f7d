import {DrError} from '../../errors.js'
import type {Emit} from '../../messages.js'
import type {Region} from '../../model/deployment.js'
import {homeOf, regionNames} from '../../model/regions.js'
import type {World} from '../../ports/world.js'
import type {TokenResult} from './result.js'

export interface TokenInput {
  world: World
  emit: Emit
  signal: AbortSignal
}

/** A token of the serving region's pool; of the other region's, with a warning, where that one gives none. */
export async function runToken({world, emit, signal}: TokenInput): Promise<TokenResult> {
  const serving = await servingRegion(world, signal)
  const {token, region, expiresAt} = await world.tokens.get(serving, {signal})
  if (region !== serving) {
    const text = `the user pool of ${serving} issues no token; this token is from ${region}`
    emit({code: 'warning', text, hint: 'todo-dr status'})
  }

  return {token, region, expiresAt: new Date(expiresAt).toISOString()}
}

/** The region that the edge sends clients to; home where nobody can tell, since either region's token opens both. */
export async function servingRegion(world: World, signal: AbortSignal): Promise<Region> {
  const home = homeOf(world.deployment)
  try {
    const serving = await world.route.serving({signal})
    return regionNames(world.deployment).includes(serving) ? serving : home
  } catch (error) {
    if (signal.aborted || !(error instanceof DrError) || error.exit === 'credentials') throw error
    return home
  }
}
