import type {World} from '../../ports/world.js'
import {observe} from '../../probes/observe.js'
import type {LagResult} from './result.js'

export interface LagInput {
  world: World
  signal: AbortSignal
}

/** How far each region is behind the primary. */
export async function runLag({world, signal}: LagInput): Promise<LagResult> {
  const {order, regions} = await observe(world, {signal})
  return {
    schemaVersion: 1,
    regions: order.map((region) => {
      const {lagSeconds} = regions[region]!
      return {region, seconds: lagSeconds.reachable ? (lagSeconds.value ?? null) : null}
    }),
  }
}
