import type * as Api from '@aws-sdk/client-cloudfront-keyvaluestore'

import {
  keyValueStoresOf,
  type Change,
  type KeyValueStore,
  type KeyValueStores,
} from '../../data-plane/edge/key-value-store.js'
import {fault, type Lab, type Operation, type Service, type ServiceFault} from '../../kernel.js'
import {page} from '../by-region.js'
import {api} from './api.js'

/** AWS's limits [AWS: Quotas on KeyValueStore]: bytes of a key, of a value, and of a store; keys in one UpdateKeys. */
const MAX_KEY = 512
const MAX_VALUE = 1024
const MAX_STORE = 5 * 1024 * 1024
const MAX_KEYS_IN_UPDATE = 50

/**
 * The data plane of CloudFront KeyValueStores. It is taken to live on without us-east-1: an assumption, as AWS does not
 * say.
 */
export class KeyValueStoreService implements Service {
  readonly api = api
  readonly operations: Record<string, Operation>
  private readonly stores: KeyValueStores

  constructor(lab: Lab) {
    this.stores = keyValueStoresOf(lab)
    this.operations = {
      DescribeKeyValueStore: ({KvsARN}: Api.DescribeKeyValueStoreRequest): Api.DescribeKeyValueStoreResponse => {
        const store = this.find(KvsARN)
        return {
          ...state(store),
          KvsARN: store.arn,
          Created: store.createdAt,
          LastModified: store.modifiedAt,
          Status: 'READY',
        }
      },
      GetKey: ({KvsARN, Key}: Api.GetKeyRequest): Api.GetKeyResponse => {
        const store = this.find(KvsARN)
        const {ItemCount, TotalSizeInBytes} = state(store)
        return {Key, Value: valueOf(store, Key), ItemCount, TotalSizeInBytes}
      },
      ListKeys: ({KvsARN, NextToken, MaxResults = 10}: Api.ListKeysRequest): Api.ListKeysResponse => {
        if (MaxResults < 1 || MaxResults > 50) throw invalid(`MaxResults must be between 1 and 50, not ${MaxResults}`)
        const {items, next} = page([...this.find(KvsARN).items], MaxResults, NextToken)
        return {Items: items.map(([Key, Value]) => ({Key, Value})), NextToken: next}
      },
      PutKey: ({KvsARN, IfMatch, Key = '', Value = ''}: Api.PutKeyRequest): Api.PutKeyResponse =>
        this.write(KvsARN, IfMatch, {puts: [{key: Key, value: Value}], deletes: []}),
      DeleteKey: ({KvsARN, IfMatch, Key = ''}: Api.DeleteKeyRequest): Api.DeleteKeyResponse =>
        this.write(KvsARN, IfMatch, {puts: [], deletes: [Key]}),
      UpdateKeys: ({KvsARN, IfMatch, Puts = [], Deletes = []}: Api.UpdateKeysRequest): Api.UpdateKeysResponse =>
        this.write(KvsARN, IfMatch, {
          puts: Puts.map(({Key = '', Value = ''}) => ({key: Key, value: Value})),
          deletes: Deletes.map(({Key = ''}) => Key),
        }),
    }
  }

  private write(arn: string | undefined, ifMatch: string | undefined, change: Change): Api.PutKeyResponse {
    const store = this.find(arn)
    checkMatch(ifMatch, store)
    checkChange(store, change)
    store.apply(change)
    return state(store)
  }

  private find(arn: string | undefined): KeyValueStore {
    const store = this.stores.get(arn ?? '')
    if (!store) throw fault('ResourceNotFoundException', `Key value store ${arn} was not found`, 404)
    return store
  }
}

const state = (store: KeyValueStore) => ({
  ItemCount: store.items.size,
  TotalSizeInBytes: store.size,
  ETag: store.dataTag,
})

const invalid = (message: string): ServiceFault => fault('ValidationException', message, 400, {Message: message})

function valueOf(store: KeyValueStore, key: string | undefined): string {
  const value = store.items.get(key ?? '')
  if (value === undefined) throw fault('ResourceNotFoundException', `Key ${key} was not found`, 404)
  return value
}

/**
 * Somebody else has written since the ETag was read. The reference lists ConflictException ("Resource is not in expected
 * state"); operators report ValidationException with this text [from memory], which is what is answered here.
 */
function checkMatch(given: string | undefined, store: KeyValueStore): void {
  if (given?.replaceAll('"', '') !== store.dataTag) throw invalid('Pre-Condition failed')
}

function checkChange(store: KeyValueStore, {puts, deletes}: Change): void {
  const keys = [...puts.map(({key}) => key), ...deletes]
  if (keys.length === 0 || keys.length > MAX_KEYS_IN_UPDATE)
    throw invalid(`1 to ${MAX_KEYS_IN_UPDATE} keys, not ${keys.length}`)
  if (new Set(keys).size !== keys.length) throw invalid('A key comes more than once')
  const long = keys.find((key) => key === '' || Buffer.byteLength(key) > MAX_KEY)
  if (long !== undefined) throw invalid(`A key has 1 to ${MAX_KEY} bytes`)
  if (puts.some(({value}) => value === '' || Buffer.byteLength(value) > MAX_VALUE))
    throw invalid(`A value has 1 to ${MAX_VALUE} bytes`)
  for (const key of deletes) valueOf(store, key)
  const added = puts.reduce((sum, {key, value}) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0)
  if (store.size + added > MAX_STORE)
    throw fault('ServiceQuotaExceededException', 'The store is full: 5 MB at the most', 402)
}
