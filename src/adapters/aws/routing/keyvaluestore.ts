/** Clients are sent by CloudFront: a function at its edges reads the serving region from a key of a KeyValueStore. */

import {z} from 'zod'
import type {Deployment, Region} from '../../../model/deployment.js'
import type {Grant, RouteGrants} from '../../../model/permission.js'
import type {Route, RouteNeeds, VerifyOptions} from '../../../ports/route.js'
import type {CallOptions} from '../../../ports/world.js'
import {inARow} from '../../../ports/waits.js'
import type {Clients} from '../clients.js'
import {isOvertaken} from '../errors.js'
import {sendChange} from '../send-change.js'
import type {RouteKind} from './kind.js'

const settings = z.object({
  kind: z.literal('keyvaluestore'),
  storeArn: z.string(),
  /** The key whose value is the serving region's name. */
  key: z.string(),
})

/** How version 1 of the map tells it, beside what it says of the edge. */
export const version1Route = z.object({keyValueStoreArn: z.string(), key: z.string()})

export const routeOfVersion1 = ({keyValueStoreArn, key}: z.infer<typeof version1Route>): z.infer<typeof settings> => ({
  kind: 'keyvaluestore',
  storeArn: keyValueStoreArn,
  key,
})

const SERVICE = 'cloudfront-keyvaluestore'
/** Signed for all regions at once. */
const NO_REGION = ''
/** Somebody else wrote between our reading of the ETag and our write: look again, so many times. */
const ATTEMPTS = 4
/** A change reaches the edges one by one: one good answer proves one of them. */
const ANSWERS_IN_A_ROW = 3

export class KeyValueStoreRoute implements Route {
  readonly needs: RouteNeeds = {service: 'the KeyValueStore of CloudFront', plane: 'data'}
  readonly spread = 'within a few seconds (CloudFront developer guide)'
  readonly #clients: Clients
  readonly #settings: z.infer<typeof settings>

  constructor(clients: Clients, {route}: Deployment) {
    this.#clients = clients
    this.#settings = settings.parse(route)
  }

  async serving(options?: CallOptions): Promise<Region> {
    const {storeArn: KvsARN, key: Key} = this.#settings
    const {Value} = await this.#clients.call(SERVICE, NO_REGION, 'GetKey', {KvsARN, Key}, options)
    return Value ?? ''
  }

  async steer(Value: Region, options?: CallOptions): Promise<void> {
    const {storeArn: KvsARN, key: Key} = this.#settings
    for (let attempt = 1; ; attempt++) {
      // The ETag of CloudFront's own DescribeKeyValueStore is another one and is refused.
      const {ETag: IfMatch} = await this.#clients.call(SERVICE, NO_REGION, 'DescribeKeyValueStore', {KvsARN}, options)
      try {
        const put = () => this.#clients.call(SERVICE, NO_REGION, 'PutKey', {KvsARN, Key, Value, IfMatch}, options)
        return await sendChange(put, async () => (await this.serving(options)) === Value, options?.signal)
      } catch (error) {
        if (attempt >= ATTEMPTS || !isOvertaken(error)) throw error
      }
    }
  }

  /** The ETag is read before the value: what another writes in between is never overwritten with what was there before. */
  async prove(options?: CallOptions): Promise<Region> {
    const {storeArn: KvsARN, key: Key} = this.#settings
    const {ETag: IfMatch} = await this.#clients.call(SERVICE, NO_REGION, 'DescribeKeyValueStore', {KvsARN}, options)
    const Value = await this.serving(options)
    try {
      await this.#clients.call(SERVICE, NO_REGION, 'PutKey', {KvsARN, Key, Value, IfMatch}, options)
    } catch (error) {
      // Refused for its ETag, and not for who writes.
      if (!isOvertaken(error)) throw error
    }

    return Value
  }

  async verify(served: () => Promise<boolean>, {clock, signal}: VerifyOptions): Promise<void> {
    await inARow(ANSWERS_IN_A_ROW, clock, signal, served)
  }

  byHand(region: Region): string {
    const {storeArn, key} = this.#settings
    return `set the key "${key}" of the KeyValueStore ${storeArn} to ${region}`
  }
}

const grantsOn = (resources: Grant['resources']): RouteGrants => ({
  'route.serving': [{actions: ['cloudfront-keyvaluestore:GetKey'], resources}],
  'route.steer': [
    {actions: ['cloudfront-keyvaluestore:DescribeKeyValueStore', 'cloudfront-keyvaluestore:PutKey'], resources},
  ],
})

export const keyValueStore: RouteKind = {
  settings,
  open: (clients, deployment) => new KeyValueStoreRoute(clients, deployment),
  grants: grantsOn(({account}) => [`arn:aws:cloudfront::${account}:key-value-store/*`]),
  grantsOf: (route) => grantsOn(() => [settings.parse(route).storeArn]),
}
