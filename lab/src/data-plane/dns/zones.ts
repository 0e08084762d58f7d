/** All hosted zones of a lab, and the answers of their name servers. */

import {isWithin, normalName} from './names.js'
import {resolve, type Resolution} from './resolution.js'
import type {Situation} from './routing.js'
import type {Served, Zone} from './zone.js'

type ServedZone = Zone & {served: Served}

export class Zones {
  /** By id, oldest first. */
  readonly all = new Map<string, Zone>()

  /** Undefined where the name is in no zone that the name servers know. */
  answer(name: string, type: string, situation: Situation): Resolution | undefined {
    const zone = this.zoneFor(normalName(name), (one) => this.isDelegated(one))
    return zone && resolve(zone.served, name, type, situation)
  }

  /**
   * The zone with the longest name that this one is in, of those that `may`. Several may have the same name, each with name servers of its
   * own; the lab has one address, and there the oldest answers.
   */
  private zoneFor(name: string, may: (zone: ServedZone) => boolean): ServedZone | undefined {
    let best: ServedZone | undefined
    for (const zone of this.all.values())
      if (isServed(zone) && isWithin(name, zone.name) && zone.name.length > (best?.name.length ?? 0) && may(zone))
        best = zone
    return best
  }

  /** A zone below another one of the lab is asked when that names its servers; of a zone below none its registrar is taken to do so. */
  private isDelegated(zone: Zone): boolean {
    const above = this.zoneFor(zone.name, ({name}) => name !== zone.name)
    if (!above) return true
    const named = above.served.group(zone.name, 'NS').flatMap(({ResourceRecords = []}) => ResourceRecords)
    const names = new Set(named.map(({Value = ''}) => normalName(Value)))
    return this.isDelegated(above) && zone.nameServers.some((server) => names.has(normalName(server)))
  }
}

const isServed = (zone: Zone): zone is ServedZone => zone.served !== undefined
