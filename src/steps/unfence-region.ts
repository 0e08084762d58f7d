import type {Step} from '../model/step.js'
import type {World} from '../ports/world.js'

/**
 * Opens a region's writing functions again: a region that was fenced in an earlier switch would become a primary that
 * takes no write, or a standby that could never take over.
 */
export function unfenceRegion({region}: {region: string}): Step<World> {
  return {
    isDone: async ({writers}, {signal}) => (await writers.mode(region, {signal})) === 'open',
    act: ({writers}, {signal}) => writers.unfence(region, {signal}),
  }
}
