/**
 * Clients are sent by CloudFront to one origin of a distribution, and a switch changes which one: the way of the article, and of any
 * distribution that no function chooses an origin for.
 */

import type {DistributionConfig} from '@aws-sdk/client-cloudfront'
import {z} from 'zod'
import {DrError} from '../../../errors.js'
import type {Deployment, Region} from '../../../model/deployment.js'
import type {Grant, RouteGrants} from '../../../model/permission.js'
import type {CallOptions} from '../../../ports/call.js'
import type {Route, RouteNeeds, VerifyOptions} from '../../../ports/route.js'
import {inARow, pollUntil} from '../../../ports/waits.js'
import type {Clients} from '../clients.js'
import {isFault} from '../errors.js'
import {sendChange} from '../send-change.js'
import type {RouteKind} from './kind.js'

const settings = z.object({
  kind: z.literal('origin'),
  distributionId: z.string().optional(),
  domains: z.record(z.string(), z.string()).optional(),
})

const SERVICE = 'cloudfront'
/** CloudFront has one endpoint for all regions. */
const NO_REGION = ''
/** Somebody else changed the distribution between our reading of it and our change: look again, so many times. */
const ATTEMPTS = 25
/** Milliseconds at most before the next of them: two who change it at once must not stay in step. */
const PAUSE_MS = 400
/** A change reaches the edges one by one: one good answer proves one of them. */
const ANSWERS_IN_A_ROW = 3

export class OriginRoute implements Route {
  /** AWS runs the control plane of CloudFront in us-east-1 (AWS fault isolation boundaries, "Global services"). */
  readonly needs: RouteNeeds = {service: 'the control plane of CloudFront', plane: 'control', region: 'us-east-1'}
  readonly spread = 'within minutes, edge by edge (CloudFront developer guide, "Update a distribution")'
  readonly #clients: Clients
  readonly #id: string
  /** By region, the host of its API. */
  readonly #domains: Record<Region, string>

  constructor(clients: Clients, {route, edge, regions}: Deployment) {
    this.#clients = clients
    const {distributionId, domains} = settings.parse(route)
    this.#id = distributionId ?? edge.distributionId
    this.#domains = Object.fromEntries(
      regions.map(({region, apiUrl}) => [region, domains?.[region] ?? new URL(apiUrl).hostname]),
    )
  }

  /** A host that is no region's is given as it is. */
  async serving(options?: CallOptions): Promise<Region> {
    const {config} = await this.#read(options)
    return this.#servedBy(config)
  }

  /**
   * Sends what is there with the one change in it, under its ETag: "the values that you specify in an UpdateDistribution request are not
   * merged into your existing configuration" (CloudFront API reference). Where another has changed it meanwhile, it begins anew from
   * what is there then, so that nobody's change is lost. Throws `RouteBusy` (it passes) where others keep changing it, and
   * `OriginMissing` (exit stopped) where the distribution leads to no region that is known.
   */
  async steer(region: Region, options?: CallOptions): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const {config, etag: IfMatch} = await this.#read(options)
      const DistributionConfig = this.#ledTo(config, region)
      if (!DistributionConfig) return
      try {
        const change = {Id: this.#id, IfMatch, DistributionConfig}
        return await sendChange(
          () => this.#clients.call(SERVICE, NO_REGION, 'UpdateDistribution', change, options),
          async () => (await this.serving(options)) === region,
          options?.signal,
        )
      } catch (error) {
        if (!isFault(error, 'PreconditionFailed', 'InvalidIfMatchVersion')) throw error
        if (attempt >= ATTEMPTS) throw busy(this.#id, error as DrError)
        await new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE_MS))
      }
    }
  }

  /** Clients see it before CloudFront says so; the others, whose edges are later, see it when CloudFront says so. */
  async verify(served: () => Promise<boolean>, {clock, signal}: VerifyOptions): Promise<void> {
    await inARow(ANSWERS_IN_A_ROW, clock, signal, served)
    await pollUntil(clock, signal, async () => {
      const {Distribution} = await this.#clients.call(SERVICE, NO_REGION, 'GetDistribution', {Id: this.#id}, {signal})
      return Distribution?.Status === 'Deployed'
    })
  }

  byHand(region: Region): string {
    return `make ${this.#domains[region]} the origin of the default behavior of the distribution ${this.#id}`
  }

  async #read(options?: CallOptions): Promise<{config: DistributionConfig; etag?: string}> {
    const {DistributionConfig: config, ETag: etag} = await this.#clients.call(
      SERVICE,
      NO_REGION,
      'GetDistributionConfig',
      {Id: this.#id},
      options,
    )
    return {config: config!, etag}
  }

  #servedBy(config: DistributionConfig): Region {
    const domain = originOf(config)?.DomainName ?? ''
    return Object.keys(this.#domains).find((region) => this.#domains[region] === domain) ?? domain
  }

  /**
   * The configuration that leads to the region; undefined where it does already. Where the distribution has an origin for the region
   * every behavior that led to the other region leads there; else the one origin gets the region's host, as in the article.
   */
  #ledTo(config: DistributionConfig, region: Region): DistributionConfig | undefined {
    const domain = this.#domains[region]!
    const origins = config.Origins?.Items ?? []
    const present = originOf(config)
    if (present?.DomainName === domain) return undefined
    if (!present || !Object.values(this.#domains).includes(present.DomainName ?? ''))
      throw missing(this.#id, present?.DomainName)
    const target = origins.find(({DomainName}) => DomainName === domain)
    if (!target) {
      const Items = origins.map((origin) => (origin === present ? {...origin, DomainName: domain} : origin))
      return {...config, Origins: {...config.Origins!, Items}}
    }

    const led = <T extends {TargetOriginId?: string}>(behavior: T): T =>
      behavior.TargetOriginId === present.Id ? {...behavior, TargetOriginId: target.Id} : behavior
    return {
      ...config,
      DefaultCacheBehavior: led(config.DefaultCacheBehavior!),
      ...(config.CacheBehaviors && {
        CacheBehaviors: {...config.CacheBehaviors, Items: config.CacheBehaviors.Items?.map(led)},
      }),
    }
  }
}

const originOf = ({Origins, DefaultCacheBehavior}: DistributionConfig) =>
  Origins?.Items?.find(({Id}) => Id === DefaultCacheBehavior?.TargetOriginId)

const busy = (id: string, cause: DrError): DrError =>
  new DrError({
    code: 'RouteBusy',
    exit: 'failed',
    what: `others keep changing the distribution ${id}: ${ATTEMPTS} changes of ours came too late`,
    next: 'todo-dr steer',
    requestId: cause.requestId,
    cause,
    passing: true,
  })

const missing = (id: string, domain: string | undefined): DrError =>
  new DrError({
    code: 'OriginMissing',
    exit: 'stopped',
    what: `the distribution ${id} leads to ${domain ?? 'an origin group'}, which is the API of no region of this deployment`,
    why: 'nobody knows which of its origins is to be changed',
    next: 'give the hosts of both APIs in todo-dr.yaml, as route.domains',
  })

const grantsOn = (resources: Grant['resources']): RouteGrants => ({
  'route.serving': [{actions: ['cloudfront:GetDistributionConfig'], resources}],
  'route.steer': [{actions: ['cloudfront:GetDistribution', 'cloudfront:UpdateDistribution'], resources}],
})

export const origin: RouteKind = {
  settings,
  open: (clients, deployment) => new OriginRoute(clients, deployment),
  grants: grantsOn(({account}) => [`arn:aws:cloudfront::${account}:distribution/*`]),
}
