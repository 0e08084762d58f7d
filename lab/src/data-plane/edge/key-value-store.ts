import {randomUUID} from 'node:crypto'

import {randomId} from '../http.js'
import {ACCOUNT, type Lab, type Profile} from '../../kernel.js'

export interface Change {
  puts: {key: string; value: string}[]
  deletes: string[]
}

/** Nodes of the edge that see writes at different times. The first does after the profile's delay, the last `spreadMs` later. */
const NODES = 3

/** What a node of the edge sees of a store: the writes that have reached it. */
export interface EdgeView {
  readonly items: ReadonlyMap<string, string>
  readonly createdAt: Date
  updatedAt: Date
}

type Node = EdgeView & {items: Map<string, string>}

/**
 * One CloudFront KeyValueStore. A write is seen at once by its own API, and by the edge after the profile's delay: AWS
 * says "a few seconds" (CloudFront developer guide, "Amazon CloudFront KeyValueStore"). Edge locations see it one after the other.
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
  private readonly nodes: Node[]
  private asked = 0

  constructor(
    readonly name: string,
    public comment: string,
    items: [string, string][],
    private readonly delays: Pick<Profile, 'keyValueStoreMs' | 'spreadMs'>,
  ) {
    this.items = new Map(items)
    const {createdAt} = this
    this.nodes = Array.from({length: delays.spreadMs > 0 ? NODES : 1}, () => ({
      items: new Map(items),
      createdAt,
      updatedAt: createdAt,
    }))
  }

  /** As the node of the edge sees it that serves the next request: each serves one in turn. */
  atEdge(): EdgeView {
    return this.nodes[this.asked++ % this.nodes.length]!
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

  /** Puts, then deletes. Writes reach each node of the edge in the order in which they were made. */
  apply(change: Change): void {
    this.modifiedAt = new Date()
    this.dataTag = dataTag()
    applyTo(this.items, change)
    const {keyValueStoreMs, spreadMs} = this.delays
    for (const [index, node] of this.nodes.entries()) {
      const arrive = () => {
        applyTo(node.items, change)
        node.updatedAt = new Date()
      }

      const delayMs = keyValueStoreMs + (spreadMs * index) / Math.max(1, this.nodes.length - 1)
      if (delayMs === 0) arrive()
      else setTimeout(arrive, delayMs).unref()
    }
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
