/** Where a URL of the deployment's map is served. */

import type {LookupFunction} from 'node:net'
import {DrError, Unreachable} from '../../errors.js'
import {CachedNames} from '../dns/cached-names.js'
import {keptLookup} from '../dns/kept-lookup.js'
import type {DnsServer} from '../dns/query.js'

export interface Address {
  /** `https://host` or `http://127.0.0.1:port`. */
  origin: string
  /** Path with query. */
  path: string
  /** The name that the server is to see; undefined: the origin's own. */
  host?: string
}

export interface AddressBook {
  /** Throws `Unreachable` where the name does not resolve. */
  locate(url: URL): Promise<Address>
  /** A connection is used for so many milliseconds at most, so that a name which leads elsewhere is followed; for ever where undefined. */
  keptMs?: number
  /** Resolves the host of a connection; as this machine does where undefined. */
  lookup?: LookupFunction
  /** The same for a client that keeps what a name leads to for so many seconds, whatever its time to live. */
  keeping(seconds: number): AddressBook
}

/** As long as the TTL that AWS recommends for names that move (ResourceRecordSet, Route 53 API reference). */
const KEPT_MS = 60_000

/** On AWS names resolve by themselves, when a connection is made. */
export const publicAddresses: AddressBook = {
  keptMs: KEPT_MS,
  async locate(url) {
    return {origin: url.origin, path: url.pathname + url.search}
  },
  keeping: (seconds) => ({...publicAddresses, keptMs: seconds * 1000, lookup: keptLookup(seconds)}),
}

export interface LabHost {
  hostname: string
  port: number
}

/**
 * On the lab the map holds names in AWS's shape, and the lab says on which loopback port each is served. Other names are looked up in
 * its DNS, as a client's resolver does it, and lead to one of those. A port of a lost region refuses, as its name would on AWS; a
 * name that the lab does not know does not resolve.
 */
export class LabAddresses implements AddressBook {
  readonly #fetch: () => Promise<LabHost[]>
  readonly #known: LabHost[] | undefined
  readonly #dns: DnsServer | undefined
  readonly #names: CachedNames | undefined
  #ports: Map<string, number> | undefined

  /** `known`: those of a moment ago, where somebody has just asked. `dns`: the lab's. `leastSeconds`: a name is kept for so long at least. */
  constructor(fetchHosts: () => Promise<LabHost[]>, known?: LabHost[], dns?: DnsServer, leastSeconds = 0) {
    this.#fetch = fetchHosts
    this.#known = known
    this.#dns = dns
    this.#ports = known && portsOf(known)
    this.#names = dns && new CachedNames(dns, leastSeconds)
  }

  keeping(seconds: number): LabAddresses {
    return new LabAddresses(this.#fetch, this.#known, this.#dns, seconds)
  }

  async locate(url: URL): Promise<Address> {
    const port =
      (await this.#port(url.hostname, this.#ports)) ??
      // A stack that was deployed since has brought new names.
      (await this.#port(url.hostname, await this.#refreshed()))
    if (port === undefined) throw new Unreachable(`${url.hostname} does not resolve on this lab`)
    return {origin: `http://127.0.0.1:${port}`, path: url.pathname + url.search, host: url.hostname}
  }

  async #port(hostname: string, ports: Map<string, number> | undefined): Promise<number | undefined> {
    if (!ports || ports.has(hostname) || !this.#names) return ports?.get(hostname)
    const host = await this.#names.follow(hostname, (name) => ports.has(name)).catch(otherZone)
    return host === undefined ? undefined : ports.get(host)
  }

  async #refreshed(): Promise<Map<string, number>> {
    this.#ports = portsOf(await this.#fetch())
    return this.#ports
  }
}

/** The lab's name server answers for the zones of the lab alone. */
function otherZone(error: unknown): undefined {
  if (!(error instanceof DrError) || error.code !== 'NameRefused') throw error
}

const portsOf = (hosts: readonly LabHost[]): Map<string, number> =>
  new Map(hosts.map(({hostname, port}) => [hostname, port]))
