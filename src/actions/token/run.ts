import {DrError, Unreachable} from '../../errors.js'
import type {Emit} from '../../messages.js'
import type {Region} from '../../model/deployment.js'
import {homeOf, regionNames} from '../../model/regions.js'
import {answerWithin} from '../../ports/waits.js'
import type {IssuedToken, World} from '../../ports/world.js'
import type {TokenResult} from './result.js'

/** Milliseconds for which a kept token is tried. */
const TRY_MS = 2000

export interface TokenInput {
  world: World
  emit: Emit
  signal: AbortSignal
}

/** A token of the serving region's pool; of the other region's, with a warning, where that one gives none. */
export async function runToken({world, emit, signal}: TokenInput): Promise<TokenResult> {
  const serving = await servingRegion(world, signal)
  const {token, region, expiresAt} = await goodToken(world, serving, signal)
  if (region !== serving) {
    const text = `the user pool of ${serving} issues no token; this token is from ${region}`
    emit({code: 'warning', text, hint: 'todo-dr status'})
  }

  return {token, region, expiresAt: new Date(expiresAt).toISOString()}
}

/** A token that was kept is tried first: printed, a damaged one would be refused everywhere until its end. */
async function goodToken(world: World, serving: Region, signal: AbortSignal): Promise<IssuedToken> {
  const {api, clock, tokens, workload} = world
  const issued = await tokens.get(serving, {signal})
  if (!issued.kept) return issued
  const {token} = issued
  const answer = await answerWithin({clock, ms: TRY_MS, signal, what: 'the edge'}, (inner) =>
    api.edge({...workload.read(), token, timeoutMs: TRY_MS}, {signal: inner}),
  ).catch((error: unknown) => {
    // An API that does not answer says nothing of a token.
    if (error instanceof Unreachable) return undefined
    throw error
  })
  if (answer?.status !== 401) return issued
  await tokens.refused(token)
  return tokens.get(serving, {signal})
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
