import {shortSeconds} from '../model/duration.js'
import {isConnected} from '../model/topology.js'
import type {Step} from '../model/step.js'
import type {World} from '../ports/world.js'

/**
 * Waits until the returned region is a connected member again, with an instance and little lag: switching to a standby
 * that is being rebuilt would lose what it has not received. Aurora adds the old primary again by itself, on a new
 * volume, in minutes to hours.
 */
export function waitReplication({
  from,
  to,
  maxLagSeconds,
}: {
  from: string
  to: string
  maxLagSeconds: number
}): Step<World> {
  return {
    async isDone({database}, {signal, note}) {
      const global = await database.describe(from, {signal})
      const member = global.members.find((one) => one.region === to)
      if (member?.isWriter) return true
      if (!member) return says(note, `${to} is not a member of the global database yet`)
      if (!isConnected(member.synchronization)) return says(note, `${to} is ${member.synchronization}`)
      const [cluster, lag] = await Promise.all([database.cluster(to, {signal}), database.lagSeconds(to, {signal})])
      if (cluster.availableInstances === 0) return says(note, `the cluster in ${to} has no available instance yet`)
      if (lag === undefined) return says(note, `the lag of ${to} has not been reported yet`)
      return lag <= maxLagSeconds || says(note, `${to} is ${shortSeconds(lag)} behind`)
    },

    /** Nothing to do but wait: Aurora does it. */
    async act() {},
  }
}

function says(note: (text: string) => void, text: string): false {
  note(text)
  return false
}
