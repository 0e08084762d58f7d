/** What a teardown needs of the world. */

import type {Estate} from '../model/estate.js'
import type {TeardownAct} from '../model/teardown-plan.js'
import type {Region} from '../model/deployment.js'
import type {CallOptions, Lease} from './world.js'

export interface ActOptions {
  signal: AbortSignal
  /** A word on a long wait, for a person. */
  note(text: string): void
}

/** The operator lease, whose buckets go one after the other while it is held. */
export interface PartingLease extends Lease {
  /**
   * The region's bucket goes next: nothing is written to it any more, and what was under way has ended when this resolves.
   * Resolves to the number of regions that still keep the lease.
   */
  forget(region: Region): Promise<number>
}

export interface Demolition {
  /** Read-only. A region that does not answer is listed as unreachable; any other failure is thrown. */
  look(options?: CallOptions): Promise<Estate>
  /**
   * Idempotent: what is gone already is done. Throttling and faults of AWS are tried again; every wait has an end, at which
   * a DrError says what stands in the way.
   */
  act(act: TeardownAct, options: ActOptions): Promise<void>
}
