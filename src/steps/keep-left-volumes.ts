import {DrError} from '../errors.js'
import type {Step} from '../model/step.js'
import type {World} from '../ports/world.js'

/**
 * Copies what Aurora kept of a region's volume at a failover to a manual snapshot: the writes that the failover lost are in there and
 * nowhere else, and Aurora's own snapshot goes with the backups of its cluster. Never ends a failback, which is done by then: what
 * stands in the way is noted.
 */
export function keepLeftVolumes({region}: {region: string}): Step<World> {
  let tried = false
  return {
    isDone: async () => tried,

    async act({leftVolumes}, context) {
      const {signal, note} = context
      try {
        for (const volume of await leftVolumes.list(region, {signal})) {
          if (volume.copied) continue
          await leftVolumes.keep(region, volume, {signal})
          note(`what ${region} had at the failover is kept as the snapshot ${volume.copy}`)
        }
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof DrError)) throw error
        note(`what ${region} had at the failover could not be copied to a manual snapshot: ${error.message}`)
      }

      tried = true
    },
  }
}
