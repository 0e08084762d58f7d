import {randomUUID} from 'node:crypto'

import {randomId} from '../http.js'
import {ACCOUNT, type Lab} from '../../kernel.js'

export interface Change {
  puts: {key: string; value: string}[]
  deletes: string[]
}

/** What the edge sees of a store: the writes that have reached it. */
export interface EdgeView {
  readonly items: ReadonlyMap<string, string>
  readonly createdAt: Date
  updatedAt: Date
}

/**
 * One CloudFront KeyValueStore. A write is seen at once by its own API, and by the edge after the profile's delay: AWS
 * says "a few seconds".
 */
export class KeyValueStore {
  readonly id = randomUUID()
  readonly arn = `arn:aws:cloudfront::${ACCOUNT}:key-value-store/${this.id}`
  readonly createdAt = new Date()
  modifiedAt = this.createdAt
  tags: {Key: string | undefined; Value?: string}[] = []
  /** Of the store itself, for CloudFront's own operations. */
  configurationTag = configurationTag()
  /** Of the keys, for the data plane's operations. */
  dataTag = dataTag()
  readonly items: Map<string, string>
  readonly edge: EdgeView & {items: Map<string, string>}

  constructor(
    readonly name: string,
    public comment: string,
    items: [string, string][],
    private readonly propagationMs: number,
  ) {
    this.items = new Map(items)
    this.edge = {items: new Map(items), createdAt: this.createdAt, updatedAt: this.createdAt}
  }

  /** Bytes of all keys and values. */
  get size(): number {
    return [...this.items].reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0)
  }

  setComment(comment: string): void {
    this.comment = comment
    this.configurationTag = configurationTag()
    this.modifiedAt = new Date()
  }

  /** Puts, then deletes. Writes reach the edge in the order in which they were made. */
  apply(change: Change): void {
    this.modifiedAt = new Date()
    this.dataTag = dataTag()
    applyTo(this.items, change)
    const arrive = () => {
      applyTo(this.edge.items, change)
      this.edge.updatedAt = new Date()
    }

    if (this.propagationMs === 0) arrive()
    else setTimeout(arrive, this.propagationMs).unref()
  }
}

function applyTo(items: Map<string, string>, {puts, deletes}: Change): void {
  for (const {key, value} of puts) items.set(key, value)
  for (const key of deletes) items.delete(key)
}

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const configurationTag = (): string => `E${randomId(13, UPPER)}`
const dataTag = (): string => `KV${randomId(14, UPPER)}`

/** The stores of a lab, by ARN. */
export type KeyValueStores = Map<string, KeyValueStore>

const stores = new WeakMap<Lab, KeyValueStores>()

/** Two services share them: CloudFront makes and deletes stores, the data plane reads and writes their keys. */
export function keyValueStoresOf(lab: Lab): KeyValueStores {
  const found = stores.get(lab) ?? new Map<string, KeyValueStore>()
  stores.set(lab, found)
  return found
}
