/** Where a URL of the deployment's map is served. */

import {Unreachable} from '../../errors.js'

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
}

/** On AWS names resolve by themselves. */
export const publicAddresses: AddressBook = {
  async locate(url) {
    return {origin: url.origin, path: url.pathname + url.search}
  },
}

export interface LabHost {
  hostname: string
  port: number
}

/**
 * On the lab the map holds names in AWS's shape, and the lab says on which loopback port each is served. A port of a lost
 * region refuses, as its name would on AWS; a name that the lab does not know does not resolve.
 */
export class LabAddresses implements AddressBook {
  readonly #fetch: () => Promise<LabHost[]>
  #ports: Map<string, number> | undefined

  /** `known`: those of a moment ago, where somebody has just asked. */
  constructor(fetchHosts: () => Promise<LabHost[]>, known?: LabHost[]) {
    this.#fetch = fetchHosts
    this.#ports = known && portsOf(known)
  }

  async locate(url: URL): Promise<Address> {
    // A stack that was deployed since has brought new names.
    const port = this.#ports?.get(url.hostname) ?? (await this.#refreshed()).get(url.hostname)
    if (port === undefined) throw new Unreachable(`${url.hostname} does not resolve on this lab`)
    return {origin: `http://127.0.0.1:${port}`, path: url.pathname + url.search, host: url.hostname}
  }

  async #refreshed(): Promise<Map<string, number>> {
    this.#ports = portsOf(await this.#fetch())
    return this.#ports
  }
}

const portsOf = (hosts: readonly LabHost[]): Map<string, number> =>
  new Map(hosts.map(({hostname, port}) => [hostname, port]))
