/**
 * How clients are sent to a region. The map of a deployment says of which kind its route is; each kind is a file in
 * `adapters/aws/routing`. Methods have deadlines of their own and throw as those of `world.ts` do.
 */

import type {Region} from '../model/deployment.js'
import type {CallOptions, Clock} from './call.js'

export interface Route {
  readonly needs: RouteNeeds
  /** How soon clients follow, in words and with their source: not every provider gives a figure. */
  readonly spread: string
  /** Clients find the region by what a name leads to, and some keep that for longer than they should. */
  readonly byName?: boolean
  /** The region that the route names now. Clients may see it later: see `verify`. */
  serving(options?: CallOptions): Promise<Region>
  /**
   * Whether a steer to `region`, which the route names already, would change nothing: it may be named by chance. True where nobody
   * tells. Absent where a name is never chance.
   */
  isSet?(region: Region, options?: CallOptions): Promise<boolean>
  /** Names `region`; idempotent. Returns when the route has it, and not when every client sees it. */
  steer(region: Region, options?: SteerOptions): Promise<void>
  /**
   * Writes what is there, unless somebody else has written meanwhile, and returns it: whether `steer` would be allowed is best known
   * before it is needed. Absent where that would change something.
   */
  prove?(options?: CallOptions): Promise<Region>
  /**
   * What of its set-up would stop a steer or slow it down, as far as the control plane tells. Absent where there is nothing that a person
   * could have set up wrongly.
   */
  shortcomings?(options?: CallOptions): Promise<Shortcoming[]>
  /**
   * Returns when the route surely sends clients to `to`: one good answer may prove one place of many. `served` asks once,
   * through the route, and says whether that region gave all of the answers. Waits until `signal` ends it, with its reason.
   */
  verify(served: () => Promise<boolean>, options: VerifyOptions): Promise<void>
  /** What a person does where `steer` cannot: the half of a sentence that follows "to continue, ". */
  byHand(region: Region): string
}

export interface Shortcoming {
  /** A fact, half a sentence. */
  text: string
  /** What to do about it. */
  remedy: string
  /** The route cannot be steered by until then. */
  stops: boolean
  /** It says what could not be found out. */
  unsure?: true
}

export interface SteerOptions extends CallOptions {
  /** The region that is escaped, of which nothing may be needed any more. */
  leaving?: Region
  /** Takes what a person and the journal should know of how it is done. */
  note?(text: string): void
}

export interface VerifyOptions {
  to: Region
  clock: Clock
  signal: AbortSignal
}

/** What must be alive for `steer` to work, which the region that is escaped should have no part in. */
export interface RouteNeeds {
  /** A person's name of it, such as "Route 53". */
  service: string
  plane: 'control' | 'data'
  /** The region whose loss takes it along; undefined where none is known to. */
  region?: Region
}
