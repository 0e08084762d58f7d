/** Clients are sent by a router of their own, which reads the serving region from an object in S3. */

import {z} from 'zod'
import type {Deployment, Region} from '../../../model/deployment.js'
import type {Grant} from '../../../model/permission.js'
import type {Route, RouteNeeds, VerifyOptions} from '../../../ports/route.js'
import {inARow} from '../../../ports/waits.js'
import type {CallOptions} from '../../../ports/world.js'
import type {Clients} from '../clients.js'
import type {RouteKind} from './kind.js'

const settings = z.object({kind: z.literal('object'), region: z.string(), bucket: z.string(), key: z.string()})

class ObjectRoute implements Route {
  readonly needs: RouteNeeds
  readonly spread = 'when their router reads the object again'
  readonly #clients: Clients
  readonly #settings: z.infer<typeof settings>

  constructor(clients: Clients, {route}: Deployment) {
    this.#clients = clients
    this.#settings = settings.parse(route)
    const {region} = this.#settings
    this.needs = {service: `S3 in ${region}`, plane: 'data', region}
  }

  serving(options?: CallOptions): Promise<Region> {
    const {region, bucket: Bucket, key: Key} = this.#settings
    return this.#clients.call(
      's3',
      region,
      'GetObject',
      {Bucket, Key},
      options,
      async ({Body}) => (await Body?.transformToString()) ?? '',
    )
  }

  async steer(Body: Region, options?: CallOptions): Promise<void> {
    const {region, bucket: Bucket, key: Key} = this.#settings
    await this.#clients.call('s3', region, 'PutObject', {Bucket, Key, Body}, options)
  }

  async verify(served: () => Promise<boolean>, {clock, signal}: VerifyOptions): Promise<void> {
    await inARow(1, clock, signal, served)
  }

  byHand(region: Region): string {
    const {bucket, key} = this.#settings
    return `write ${region} into s3://${bucket}/${key}`
  }
}

const on = (action: string): Grant => ({
  actions: [action],
  resources: ({app, account, order}) =>
    order.map((region) => `arn:aws:s3:::${app.toLowerCase()}-lease-${account}-${region}/*`),
})

export const object: RouteKind = {
  settings,
  open: (clients, deployment) => new ObjectRoute(clients, deployment),
  grants: {'route.serving': [on('s3:GetObject')], 'route.steer': [on('s3:PutObject')]},
}
