/** Names as clients see them: by a resolver that keeps each answer for its time to live. */

import type {CallOptions} from '../../ports/call.js'
import {askCname, plain} from './query.js'
import type {DnsServer} from './query.js'

/** Names that lead to each other are followed so far. */
const MAX_CHAIN = 8

interface Kept {
  target: string | undefined
  /** Milliseconds by the clock of the names. */
  until: number
}

export class CachedNames {
  readonly #kept = new Map<string, Promise<Kept>>()

  /** `leastSeconds`: an answer is kept for so long, even where its time to live is less. */
  constructor(
    private readonly server: DnsServer,
    private readonly leastSeconds = 0,
    private readonly now = () => performance.now(),
  ) {}

  /** The first name of the chain of CNAMEs for which `isKnown`; undefined where there is none. Throws what `askCname` throws. */
  async follow(name: string, isKnown: (name: string) => boolean, options?: CallOptions): Promise<string | undefined> {
    let at: string | undefined = plain(name)
    for (let step = 0; at !== undefined && step < MAX_CHAIN; step++) {
      if (isKnown(at)) return at
      at = await this.#target(at, options)
    }

    return undefined
  }

  async #target(name: string, options?: CallOptions): Promise<string | undefined> {
    const kept = await this.#kept.get(name)?.catch(() => undefined)
    if (kept && kept.until > this.now()) return kept.target
    const asked = this.#ask(name, options)
    this.#kept.set(name, asked)
    return (await asked).target
  }

  /** That a name leads nowhere is not kept. */
  async #ask(name: string, options?: CallOptions): Promise<Kept> {
    const {target, ttlSeconds} = await askCname(this.server, name, options)
    const seconds = target === undefined ? 0 : Math.max(ttlSeconds, this.leastSeconds)
    return {target, until: this.now() + seconds * 1000}
  }
}
