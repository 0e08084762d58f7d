/** Names of origins, as the resolvers of CloudFront see them: an answer is kept for its time to live. */

import type {Hosts} from '../../kernel.js'

/** Names that lead to each other are followed so far. */
const MAX_CHAIN = 8

export interface Cname {
  target: string
  ttlSeconds: number
}

export class OriginNames {
  private readonly kept = new Map<string, {target: string; until: number}>()

  /** `cname`: what the name servers of a name's zone say. */
  constructor(
    private readonly hosts: Hosts,
    private readonly cname: (name: string) => Cname | undefined,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Undefined where the name leads to nothing that is served. */
  resolve(name: string): ReturnType<Hosts['resolve']> {
    let at: string | undefined = name
    for (let step = 0; at !== undefined && step < MAX_CHAIN; step++) {
      const found = this.hosts.resolve(at)
      if (found) return found
      at = this.targetOf(at)
    }

    return undefined
  }

  private targetOf(name: string): string | undefined {
    const kept = this.kept.get(name)
    if (kept && kept.until > this.now()) return kept.target
    const found = this.cname(name)
    if (found) this.kept.set(name, {target: found.target, until: this.now() + found.ttlSeconds * 1000})
    return found?.target
  }
}
