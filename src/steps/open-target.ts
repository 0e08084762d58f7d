import {DrError} from '../errors.js'
import type {Step} from '../model/step.js'
import type {World} from '../ports/world.js'

/**
 * Opens the writing functions of the region to be promoted, where an earlier switch has closed them, before a planned switch stops
 * anything: opened after the promotion, they would start cold while clients wait. Their database stands by and takes no write.
 *
 * Taken back where nothing was promoted. A region that is the primary after all is never closed: it alone takes writes.
 */
export function openTarget({region}: {region: string}): Step<World> {
  return {
    isDone: async ({writers}, {signal}) => (await writers.mode(region, {signal})) === 'open',
    act: ({writers}, {signal}) => writers.unfence(region, {signal}),
    async undo({writers, database}, {signal}) {
      const {members} = await database.describe(region, {signal})
      if (members.some((member) => member.isWriter && member.region === region)) return
      await writers.fence(region, {signal})
      const mode = await writers.mode(region, {signal})
      if (mode !== 'fenced')
        throw new DrError({code: 'StillOpen', exit: 'failed', what: `The writing functions in ${region} are ${mode}`})
    },
  }
}
