/**
 * A row that differs is asked again until it differs in the same way after the lag has passed: rows that merely lag, or
 * are being written, are no drift.
 */

import type {Key, ShownRow} from '../../../ports/tables.js'
import type {CallOptions, Clock} from '../../../ports/world.js'
import type {Suspect} from './bisect.js'
import {batches} from './pair.js'
import type {Pair} from './pair.js'

/** A row that looks the same once more by chance, as one that is switched to and fro, is seen through by a second look. */
const LOOKS = 2
const NEXT_LOOK_MS = 300
/** A row that differs in another way each time is being written all the time. */
const MOST_TRIES = 40
/** CloudWatch has a datum a minute, some minutes late. */
export const MOST_WAIT_MS = 300_000

export interface Confirmed {
  key: Key
  left: ShownRow | undefined
  right: ShownRow | undefined
}

interface Waiting {
  key: Key
  /** Both digests. */
  pair: string
  /** When it was first seen like this. */
  since: number
  askedAt: number
  looks: number
  tries: number
}

export interface SettlingOptions {
  clock: Clock
  /** Epoch milliseconds: what the primary had by then has surely reached the standby. */
  reached(): Promise<number>
  /** It never came to rest. */
  restless(key: Key): void
  /** So many rows differ, and nobody knows whether they merely lag. */
  stale(count: number): void
}

export class Settling {
  /** By key, so that a row that is met twice waits once. */
  readonly #waiting = new Map<string, Waiting>()

  constructor(
    private readonly pair: Pair,
    private readonly options: SettlingOptions,
  ) {}

  get size(): number {
    return this.#waiting.size
  }

  get keys(): Key[] {
    return [...this.#waiting.values()].map(({key}) => key)
  }

  add({key, left, right}: Suspect): void {
    const now = this.options.clock.now()
    const waiting = {key, pair: both(left, right), since: now, askedAt: now, looks: 0, tries: 0}
    this.#waiting.set(JSON.stringify(key), waiting)
  }

  // What is known to differ by now, of the rows whose time has come.
  async *due(call: CallOptions): AsyncIterable<Confirmed> {
    if (this.size === 0) return
    const unseen = [...this.#waiting.values()].some(({looks}) => looks === 0)
    const reached = unseen ? await this.options.reached() : 0
    const now = this.options.clock.now()
    const isDue = ({since, askedAt, looks}: Waiting): boolean =>
      looks === 0 ? since <= reached : now - askedAt >= NEXT_LOOK_MS
    const due = [...this.#waiting.values()].filter((one) => isDue(one))
    this.#giveUp(
      [...this.#waiting.values()].filter(
        ({since, looks}) => looks === 0 && since > reached && now - since > MOST_WAIT_MS,
      ),
    )
    for (const batch of batches(due, this.pair.shown)) yield* this.#ask(batch, call)
  }

  // Waits for all of them.
  async *rest(call: CallOptions): AsyncIterable<Confirmed> {
    while (this.size > 0) {
      yield* this.due(call)
      if (this.size > 0) await this.options.clock.sleep(NEXT_LOOK_MS, call.signal)
    }
  }

  #giveUp(stale: Waiting[]): void {
    if (stale.length === 0) return
    for (const {key} of stale) this.#waiting.delete(JSON.stringify(key))
    this.options.stale(stale.length)
  }

  async *#ask(batch: Waiting[], call: CallOptions): AsyncIterable<Confirmed> {
    const {left, right, scans} = this.pair
    const keys = batch.map(({key}) => key)
    const [lefts, rights] = await Promise.all([left.rows(scans.left, keys, call), right.rows(scans.right, keys, call)])
    const now = this.options.clock.now()
    const over = (one: Waiting): boolean => this.#waiting.delete(JSON.stringify(one.key))
    for (const one of batch) {
      const [expected, actual] = [withKey(lefts, one.key), withKey(rights, one.key)]
      const pair = both(expected?.hash, actual?.hash)
      one.tries++
      one.askedAt = now
      if (expected?.hash === actual?.hash) {
        over(one)
      } else if (pair !== one.pair) {
        Object.assign(one, {pair, since: now, looks: 0})
        if (one.tries < MOST_TRIES) continue
        over(one)
        this.options.restless(one.key)
      } else if (++one.looks === LOOKS) {
        over(one)
        yield {key: one.key, left: expected, right: actual}
      }
    }
  }
}

const both = (left: string | undefined, right: string | undefined): string => `${left} ${right}`

const withKey = (rows: ShownRow[], key: Key): ShownRow | undefined =>
  rows.find((row) => row.key.every((value, index) => value === key[index]))
