/** The newest promotion that this process knows of, and the global database as it may be believed beside it. */

import {DrError} from '../errors.js'
import {OLD_STATE_MS, whyOld} from '../model/known-promotion.js'
import type {Promotion} from '../model/known-promotion.js'
import type {GlobalCluster, Sample} from '../model/observation.js'
import {bound} from './bound.js'
import type {Clock} from './call.js'
import type {GlobalDatabase} from './global-database.js'

/** The journal tells it of promotions, those of earlier commands too. */
export class KnownPromotion {
  #newest: Promotion | undefined

  constructor(private readonly clock: Clock) {}

  get newest(): Promotion | undefined {
    return this.#newest
  }

  /** An older one than it knows changes nothing. */
  note(promotion: Promotion | undefined): void {
    if (promotion && promotion.at >= (this.#newest?.at ?? -Infinity)) this.#newest = promotion
  }

  /** Another promotion is about to be asked for: from then on what RDS shows may be that one's doing. */
  forget(): void {
    this.#newest = undefined
  }

  /** False from the moment on from which every answer of RDS is believed again. */
  get mayBeOld(): boolean {
    return this.#newest !== undefined && this.clock.now() - this.#newest.at <= OLD_STATE_MS
  }

  /** Of a look that was taken before the journal was read. */
  believed(global: Sample<GlobalCluster>): Sample<GlobalCluster> {
    const why = global.reachable ? this.#whyOld(global.value) : undefined
    return why === undefined ? global : {reachable: false, reason: why, old: true}
  }

  /** The same database, which throws `OldState` (it passes) in place of an answer from before the promotion. */
  guard(database: GlobalDatabase): GlobalDatabase {
    return {
      ...bound(database, 'now', 'cluster', 'proxy', 'lag', 'givenUp', 'failoverEvents', 'upgradeTargets'),
      ...bound(database, 'switchover', 'failover', 'upgrade'),
      describe: async (via, options) => {
        const global = await database.describe(via, options)
        const why = this.#whyOld(global)
        if (why !== undefined) throw new OldState(why)
        return global
      },
    }
  }

  #whyOld(global: GlobalCluster): string | undefined {
    return whyOld(global, this.#newest, this.clock.now())
  }
}

/** RDS answered, with the roles from before a promotion that is known to be done. */
export class OldState extends DrError {
  constructor(what: string) {
    super({code: 'OldState', exit: 'failed', what, next: 'todo-dr status', passing: true})
  }
}
