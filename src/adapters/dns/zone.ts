/** What the name servers of a name's own zone say of it: what they say is news, what resolvers say may be as old as its time to live. */

import {Resolver} from 'node:dns/promises'
import {Unreachable} from '../../errors.js'
import type {CallOptions} from '../../ports/call.js'
import {abortAfter} from '../abort-after.js'
import {askCname, plain} from './query.js'
import type {CnameAnswer, DnsServer} from './query.js'

/** A zone of Route 53 has four (Route 53 developer guide, "NS and SOA records"). */
const SERVERS = 4
const DNS_PORT = 53
/** Milliseconds for this machine's resolver. */
const RESOLVER_MS = 1500
/** Node.js's words for a name that has no such record. */
const NONE = new Set(['ENODATA', 'ENOTFOUND'])

export class ZoneAnswers {
  /** Of the zone, as the public DNS names them. */
  #found: Promise<DnsServer[]> | undefined

  /** `server`: the only one to ask, as on a lab. */
  constructor(
    private readonly name: string,
    private readonly server?: DnsServer,
  ) {}

  /**
   * The targets of the name's CNAME by all name servers that answer: one where they agree. `undefined` stands for no CNAME. Where the
   * network lets no question through to them, this machine's resolver is asked. Throws `Unreachable` where nobody answers.
   */
  async targets(options: CallOptions = {}): Promise<Set<string | undefined>> {
    if (this.server) return new Set([(await askCname(this.server, this.name, options)).target])
    const answers = await this.#direct(options)
    return answers.length > 0 ? new Set(answers.map(({target}) => target)) : new Set([await this.#resolved(options)])
  }

  async #direct(options: CallOptions): Promise<CnameAnswer[]> {
    this.#found ??= this.#find(options)
    const servers = await this.#found.catch(() => [])
    if (servers.length === 0) this.#found = undefined
    const asked = await Promise.allSettled(servers.map((server) => askCname(server, this.name, options)))
    options.signal?.throwIfAborted()
    return asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  }

  /** By the nearest name above that has name servers of its own: a name that is a CNAME has none. */
  async #find(options: CallOptions): Promise<DnsServer[]> {
    for (let zone = parentOf(this.name); zone !== undefined; zone = parentOf(zone)) {
      const names = await this.#ask(options, (resolver) => resolver.resolveNs(zone!))
      if (names.length === 0) continue
      const hosts = await Promise.all(
        names.slice(0, SERVERS).map((host) => this.#ask(options, (resolver) => resolver.resolve4(host))),
      )
      return hosts.flatMap(([host]) => (host === undefined ? [] : [{host, port: DNS_PORT}]))
    }

    return []
  }

  async #resolved(options: CallOptions): Promise<string | undefined> {
    const [target] = await this.#ask(options, (resolver) => resolver.resolveCname(this.name))
    return target && plain(target)
  }

  /** An empty list where there is no such record. */
  async #ask({signal}: CallOptions, ask: (resolver: Resolver) => Promise<string[]>): Promise<string[]> {
    const resolver = new Resolver({timeout: RESOLVER_MS / 2, tries: 2})
    try {
      return await abortAfter(RESOLVER_MS, signal, (inner) => {
        inner.addEventListener('abort', () => resolver.cancel(), {once: true})
        return ask(resolver)
      })
    } catch (error) {
      signal?.throwIfAborted()
      if (NONE.has((error as NodeJS.ErrnoException).code ?? '')) return []
      throw new Unreachable(`DNS did not answer for ${this.name}`, error)
    }
  }
}

const parentOf = (name: string): string | undefined => {
  const dot = name.indexOf('.')
  return dot === -1 ? undefined : name.slice(dot + 1)
}
