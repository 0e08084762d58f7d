/** The KeyValueStore entry that names the serving region. */

import type {Deployment, Region} from '../../model/deployment.js'
import type {CallOptions, EdgeRouting} from '../../ports/world.js'
import type {Clients} from './clients.js'
import {isFault} from './errors.js'
import {keyValueStoreOf} from './routing/keyvaluestore.js'

/** Somebody else wrote between our reading of the ETag and our write: look again, so many times. */
const ATTEMPTS = 4
const GLOBAL = 'the edge'

export class AwsEdgeRouting implements EdgeRouting {
  readonly #clients: Clients
  readonly #deployment: Deployment

  constructor(clients: Clients, deployment: Deployment) {
    this.#clients = clients
    this.#deployment = deployment
  }

  async serving({signal}: CallOptions = {}): Promise<Region> {
    const {GetKeyCommand} = await import('@aws-sdk/client-cloudfront-keyvaluestore')
    const client = await this.#clients.keyValueStore()
    const {storeArn: KvsARN, key: Key} = keyValueStoreOf(this.#deployment.route)
    const answer = await this.#clients.send(
      (abortSignal) => client.send(new GetKeyCommand({KvsARN, Key}), {abortSignal}),
      {action: 'cloudfront-keyvaluestore:GetKey', region: GLOBAL, signal},
    )
    return answer.Value ?? ''
  }

  /** Returns when the store has it; edges see it "a few seconds" later (CloudFront developer guide), not all at once. */
  async steer(region: Region, {signal}: CallOptions = {}): Promise<void> {
    const {DescribeKeyValueStoreCommand, PutKeyCommand} = await import('@aws-sdk/client-cloudfront-keyvaluestore')
    const client = await this.#clients.keyValueStore()
    const {storeArn: KvsARN, key: Key} = keyValueStoreOf(this.#deployment.route)
    for (let attempt = 1; ; attempt++) {
      // The ETag of CloudFront's own DescribeKeyValueStore is another one and is refused.
      const {ETag: IfMatch} = await this.#clients.send(
        (abortSignal) => client.send(new DescribeKeyValueStoreCommand({KvsARN}), {abortSignal}),
        {action: 'cloudfront-keyvaluestore:DescribeKeyValueStore', region: GLOBAL, signal},
      )
      try {
        await this.#clients.send(
          (abortSignal) => client.send(new PutKeyCommand({KvsARN, Key, Value: region, IfMatch}), {abortSignal}),
          {action: 'cloudfront-keyvaluestore:PutKey', region: GLOBAL, signal},
        )
        return
      } catch (error) {
        if (attempt >= ATTEMPTS || !isFault(error, 'ConflictException', 'PreconditionFailedException')) throw error
      }
    }
  }
}
