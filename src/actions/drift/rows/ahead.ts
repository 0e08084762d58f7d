/**
 * Where the next ranges of a scan are. Finding them means walking the key, which costs a fifth of digesting its rows: the standby
 * does so while both sides digest the ranges before, so that the primary reads each row once.
 */

import type {Division, Key, Range} from '../../../ports/tables.js'
import type {CallOptions} from '../../../ports/world.js'
import {dividedAt} from './pair.js'
import type {Pair} from './pair.js'

/** A chunk comes in so many ranges: a row that differs costs another look at one of them, and not at all of the chunk. */
export const PARTS = 32

export class Ahead {
  /** What the standby has said of the ranges after `#after`. */
  #found: {after: Key | null; division: Division; bounds: Key[]} | undefined
  /** A range that ends where the standby's rows end may hold any number of the primary's. */
  #careful = false

  constructor(private readonly pair: Pair) {}

  /** About so many rows, in consecutive ranges. The last one is without an end where nothing comes after it. */
  async next(after: Key | null, rows: number, call: CallOptions): Promise<Range[]> {
    const {pair} = this
    if (after === null && pair.rows <= rows && !this.#careful) return [{after, upTo: null}]
    const found = this.#found
    this.#found = undefined
    const ahead = found?.after === after && !this.#careful ? found : undefined
    const division = ahead?.division ?? divisionOf(after, rows)
    const bounds = ahead?.bounds ?? (await pair.right.boundaries(pair.scans.right, [division], call))[0]!
    if (bounds.length === PARTS) return endingAt(after, bounds)
    if (!this.#careful) return dividedAt({after, upTo: null}, bounds)
    const rest = {after: bounds.at(-1) ?? after, upTo: null}
    const most = PARTS - bounds.length
    const [beyond] = await pair.left.boundaries(pair.scans.left, [{...division, range: rest, most}], call)
    const all = [...bounds, ...beyond!]
    return all.length === PARTS ? endingAt(after, all) : dividedAt({after, upTo: null}, all)
  }

  /** What the standby is to look for beside its sums. */
  division(after: Key, rows: number): Division {
    return divisionOf(after, rows)
  }

  found(after: Key, division: Division, bounds: Key[]): void {
    this.#found = {after, division, bounds}
  }

  /** It was too much. The next ranges are found anew, and none is without an end before both sides have said so. */
  tooMuch(): void {
    this.#careful = true
  }
}

const divisionOf = (after: Key | null, rows: number): Division => ({
  range: {after, upTo: null},
  every: Math.ceil(rows / PARTS),
  most: PARTS,
})

const endingAt = (after: Key | null, bounds: Key[]): Range[] =>
  dividedAt({after, upTo: bounds.at(-1)!}, bounds.slice(0, -1))
