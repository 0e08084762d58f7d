import type * as Api from '@aws-sdk/client-cloudfront'

import {bytesOf} from '../../bytes.js'
import {KeyValueStore, type KeyValueStores} from '../../data-plane/edge/key-value-store.js'
import {fault, type CallContext, type Lab, type Operation} from '../../kernel.js'
import {checkMatch, notFound} from './faults.js'

/** CloudFront's own operations on KeyValueStores: to make, describe and delete them. Their keys are another service's. */
export class Stores {
  readonly operations: Record<string, Operation>

  constructor(
    private readonly lab: Lab,
    private readonly stores: KeyValueStores,
    private readonly inUse: (arn: string) => boolean,
  ) {
    this.operations = {
      CreateKeyValueStore: (input: Api.CreateKeyValueStoreRequest, context) => this.create(input, context),
      DescribeKeyValueStore: ({Name}: Api.DescribeKeyValueStoreRequest): Api.DescribeKeyValueStoreResult => {
        const store = this.find(Name)
        return {KeyValueStore: describe(store), ETag: store.configurationTag}
      },
      UpdateKeyValueStore: ({
        Name,
        Comment = '',
        IfMatch,
      }: Api.UpdateKeyValueStoreRequest): Api.UpdateKeyValueStoreResult => {
        const store = this.find(Name)
        checkMatch(IfMatch, store.configurationTag)
        store.setComment(Comment)
        return {KeyValueStore: describe(store), ETag: store.configurationTag}
      },
      DeleteKeyValueStore: ({Name, IfMatch}: Api.DeleteKeyValueStoreRequest) => {
        const store = this.find(Name)
        checkMatch(IfMatch, store.configurationTag)
        if (this.inUse(store.arn))
          throw fault('CannotDeleteEntityWhileInUse', 'The entity cannot be deleted while it is in use.', 409)
        this.stores.delete(store.arn)
        return {}
      },
      ListKeyValueStores: (): Api.ListKeyValueStoresResult => {
        const items = [...this.stores.values()].map((store) => describe(store))
        return {KeyValueStoreList: {MaxItems: 100, Quantity: items.length, Items: items}}
      },
    }
  }

  private async create(
    input: Api.CreateKeyValueStoreRequest,
    {region}: CallContext,
  ): Promise<Api.CreateKeyValueStoreResult> {
    const name = input.Name ?? ''
    if (!/^[\w-]{1,64}$/.test(name)) throw fault('InvalidArgument', `Invalid key value store name: ${name}`)
    if ([...this.stores.values()].some((store) => store.name === name)) {
      throw fault('EntityAlreadyExists', 'The entity already exists. You must provide a unique entity.', 409)
    }

    const items = input.ImportSource ? await this.imported(input.ImportSource, region) : []
    const store = new KeyValueStore(name, input.Comment ?? '', items, this.lab.profile)
    store.tags = input.Tags?.Items ?? []
    this.stores.set(store.arn, store)
    return {
      KeyValueStore: describe(store),
      ETag: store.configurationTag,
      Location: `https://cloudfront.amazonaws.com/2020-05-31/key-value-store/${name}`,
    }
  }

  /** `{"data": [{"key": ..., "value": ...}]}` out of an S3 object. */
  private async imported({SourceARN = ''}: Api.ImportSource, region: string): Promise<[string, string][]> {
    const [, Bucket, Key] = /^arn:aws:s3:::([^/]+)\/(.+)$/.exec(SourceARN) ?? []
    if (!Bucket || !Key) throw fault('InvalidArgument', `Invalid import source: ${SourceARN}`)
    const {Body} = await this.lab.call('s3', 'GetObject', {Bucket, Key}, region)
    const text = Buffer.from(await bytesOf(Body)).toString()
    try {
      const {data} = JSON.parse(text) as {data: {key: string; value: string}[]}
      return data.map(({key, value}) => [key, value])
    } catch (error) {
      throw fault('InvalidArgument', `The import source is not valid: ${(error as Error).message}`)
    }
  }

  private find(name: string | undefined): KeyValueStore {
    const store = [...this.stores.values()].find((one) => one.name === name)
    if (!store) throw notFound('The key value store was not found.')
    return store
  }
}

const describe = (store: KeyValueStore): Api.KeyValueStore => ({
  Name: store.name,
  Id: store.id,
  Comment: store.comment,
  ARN: store.arn,
  Status: 'READY',
  LastModifiedTime: store.modifiedAt,
})
