/** All hosted zones of a lab, and the answers of their name servers. */

import {isWithin, normalName} from './names.js'
import {resolve, type Resolution} from './resolution.js'
import type {Situation} from './routing.js'
import type {Served, Zone} from './zone.js'

export class Zones {
  /** By id, oldest first. */
  readonly all = new Map<string, Zone>()

  /** Undefined where the name is in no zone that the name servers know. */
  answer(name: string, type: string, situation: Situation): Resolution | undefined {
    const served = this.servedFor(normalName(name))
    return served && resolve(served, name, type, situation)
  }

  /**
   * The zone with the longest name that this one is in. Several may have the same name, each with name servers of its own; the lab has one
   * address, and there the oldest answers.
   */
  private servedFor(name: string): Served | undefined {
    let best: Served | undefined
    for (const {served} of this.all.values())
      if (served && isWithin(name, served.zone) && served.zone.length > (best?.zone.length ?? 0)) best = served
    return best
  }
}
