/** The name that clients use, and the region that it leads to by the name servers of its zone. */

import {DrError} from '../../../errors.js'
import type {Deployment, Region} from '../../../model/deployment.js'
import type {CallOptions} from '../../../ports/call.js'
import {plain} from '../../dns/query.js'
import type {DnsServer} from '../../dns/query.js'
import {ZoneAnswers} from '../../dns/zone.js'

export class ClientName {
  /** In lower case, without the last dot. */
  readonly name: string
  /** By region, the host that the name leads to. */
  readonly hosts: Readonly<Record<Region, string>>
  readonly #answers: ZoneAnswers

  /** `domains`: by region, a host other than that of its API, such as that of a custom domain name. */
  constructor(
    {regions}: Deployment,
    {name, domains, dns}: {name: string; domains?: Record<string, string>; dns?: DnsServer},
  ) {
    this.name = plain(name)
    this.hosts = Object.fromEntries(
      regions.map(({region, apiUrl}) => [region, plain(domains?.[region] ?? new URL(apiUrl).hostname)]),
    )
    this.#answers = new ZoneAnswers(this.name, dns)
  }

  /** Undefined where the host is that of no region. */
  regionOf(host: string | undefined): Region | undefined {
    return Object.keys(this.hosts).find((region) => host !== undefined && this.hosts[region] === plain(host))
  }

  /**
   * Throws `NameForeign` (exit stopped) where the name leads elsewhere, and `NameUnsettled` (it passes) where the name servers do not
   * agree, as a change spreads from one to the next.
   */
  async serving(options?: CallOptions): Promise<Region> {
    const targets = await this.#answers.targets(options)
    const [target] = targets
    if (targets.size > 1) throw unsettled(this.name, targets)
    const region = this.regionOf(target)
    if (region !== undefined) return region
    throw foreign(this, target)
  }

  /** Throws as `serving` does where the name surely leads elsewhere, and not where nobody tells. */
  async refuseForeign(options?: CallOptions): Promise<void> {
    await this.serving(options).catch((error: unknown) => {
      if (!(error instanceof DrError) || !error.passing) throw error
    })
  }
}

const unsettled = (name: string, targets: Set<string | undefined>): DrError =>
  new DrError({
    code: 'NameUnsettled',
    exit: 'failed',
    what: `the name servers do not agree yet where ${name} leads: ${[...targets].map((one) => one ?? 'nowhere').join(', ')}`,
    next: 'todo-dr status',
    passing: true,
  })

const foreign = ({name, hosts}: ClientName, target: string | undefined): DrError =>
  new DrError({
    code: 'NameForeign',
    exit: 'stopped',
    what:
      target === undefined
        ? `${name} has no CNAME record`
        : `${name} leads to ${target}, which is the API of no region of this deployment`,
    why:
      target === undefined
        ? 'an address, which is what an alias record answers with, does not say which region it is of'
        : `the hosts of its regions are ${Object.values(hosts).join(' and ')}`,
    next: 'correct the record in Route 53, or name the hosts in todo-dr.yaml, as route.domains',
  })
