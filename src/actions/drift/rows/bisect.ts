/** From ranges that do not fold into the same on both sides to the keys that make the difference. Changes nothing. */

import {MOST_HASHES} from '../../../ports/tables.js'
import type {Division, Key, Range, Side, Sum} from '../../../ports/tables.js'
import type {CallOptions} from '../../../ports/world.js'
import {batches, dividedAt, equalSums} from './pair.js'
import type {Pair} from './pair.js'

/** A row whose digests differ; undefined where a side has no such row. */
export interface Suspect {
  key: Key
  left: string | undefined
  right: string | undefined
}

/** A range and what it folds into on both sides. */
export interface Weighed {
  range: Range
  sums: [Sum, Sum]
}

/** Into so many parts at once: the range is read once more, and then a sixteenth of it. */
const PARTS = 16

/** What each range folds into on both sides, asked at the same moment: less is under way between them. */
export async function weigh(pair: Pair, ranges: Range[], options: CallOptions): Promise<Weighed[]> {
  const weighed: Weighed[] = []
  for (const batch of batches(ranges, pair.ranges)) {
    const [lefts, rights] = await Promise.all([
      pair.left.sums(pair.scans.left, batch, options),
      pair.right.sums(pair.scans.right, batch, options),
    ])
    weighed.push(...batch.map((range, index): Weighed => ({range, sums: [lefts[index]!, rights[index]!]})))
  }

  return weighed
}

// Level by level: what differs is divided in one question for many ranges, as long as it has too many rows to be listed.
export async function* suspectsIn(pair: Pair, weighed: Weighed[], options: CallOptions): AsyncIterable<Suspect> {
  let open = weighed.filter(({sums: [left, right]}) => !equalSums(left, right))
  while (open.length > 0) {
    yield* listed(
      pair,
      open.filter((one) => rowsOf(one) <= pair.leaf),
      options,
    )
    const parts = await divided(
      pair,
      open.filter((one) => rowsOf(one) > pair.leaf),
      options,
    )
    open = (await weigh(pair, parts, options)).filter(({sums: [left, right]}) => !equalSums(left, right))
  }
}

const rowsOf = ({sums: [left, right]}: Weighed): number => Math.max(left.rows, right.rows)

/** Each range is divided by the side that has more rows of it. */
async function divided(pair: Pair, weighed: Weighed[], options: CallOptions): Promise<Range[]> {
  const parts: Range[] = []
  const divide = async (side: Side, scan: Pair['scans']['left'], those: Weighed[]): Promise<void> => {
    for (const batch of batches(those, Math.ceil(pair.ranges / PARTS))) {
      const divisions = batch.map((one): Division => ({
        range: one.range,
        every: Math.ceil(rowsOf(one) / PARTS),
        most: PARTS - 1,
      }))
      const bounds = await side.boundaries(scan, divisions, options)
      parts.push(...batch.flatMap(({range}, index) => dividedAt(range, bounds[index]!)))
    }
  }

  const leads = ({sums: [left, right]}: Weighed): boolean => left.rows >= right.rows
  const lefts = weighed.filter((one) => leads(one))
  await Promise.all([
    divide(pair.left, pair.scans.left, lefts),
    divide(
      pair.right,
      pair.scans.right,
      weighed.filter((one) => !leads(one)),
    ),
  ])
  return parts
}

// Row by row, as many ranges at once as one answer holds.
async function* listed(pair: Pair, weighed: Weighed[], options: CallOptions): AsyncIterable<Suspect> {
  let batch: Weighed[] = []
  let rows = 0
  for (const one of weighed) {
    if (batch.length > 0 && (rows + rowsOf(one) > pair.listed || batch.length === pair.ranges)) {
      yield* listedAtOnce(pair, batch, options)
      batch = []
      rows = 0
    }

    batch.push(one)
    rows += rowsOf(one)
  }

  if (batch.length > 0) yield* listedAtOnce(pair, batch, options)
}

async function* listedAtOnce(pair: Pair, batch: Weighed[], options: CallOptions): AsyncIterable<Suspect> {
  const ranges = batch.map(({range}) => range)
  const [lefts, rights] = await bothHashes(pair, ranges, options)
  // They have grown since they were weighed.
  if ([lefts, rights].some((lists) => isCut(lists, ranges)))
    for (const range of ranges) yield* listedToTheEnd(pair, range, options)
  else for (const [index, left] of lefts.entries()) yield* differing(left, rights[index]!)
}

type Listed = [Key, string][]

const isCut = (lists: Listed[], ranges: Range[]): boolean =>
  lists.length < ranges.length || lists.reduce((sum, {length}) => sum + length, 0) >= MOST_HASHES

const bothHashes = (pair: Pair, ranges: Range[], options: CallOptions): Promise<[Listed[], Listed[]]> =>
  Promise.all([
    pair.left.hashes(pair.scans.left, ranges, MOST_HASHES, options),
    pair.right.hashes(pair.scans.right, ranges, MOST_HASHES, options),
  ])

// A list that is cut ends the range at its last key, and the rest is listed next.
async function* listedToTheEnd(pair: Pair, range: Range, options: CallOptions): AsyncIterable<Suspect> {
  let {after} = range
  for (;;) {
    const [[lefts], [rights]] = await bothHashes(pair, [{after, upTo: range.upTo}], options)
    if (Math.max(lefts!.length, rights!.length) < MOST_HASHES) {
      yield* differing(lefts!, rights!)
      return
    }

    // The side with more rows leads; what the other has up to the same key is asked for anew.
    const upTo = (lefts!.length >= rights!.length ? lefts! : rights!).at(-1)![0]
    const [[left], [right]] = await bothHashes(pair, [{after, upTo}], options)
    yield* differing(left!, right!)
    after = upTo
  }
}

export function differing(lefts: readonly [Key, string][], rights: readonly [Key, string][]): Suspect[] {
  const right = new Map(rights.map(([key, hash]) => [JSON.stringify(key), hash]))
  const left = new Set(lefts.map(([key]) => JSON.stringify(key)))
  return [
    ...lefts
      .map(([key, hash]) => ({key, left: hash, right: right.get(JSON.stringify(key))}))
      .filter((suspect) => suspect.left !== suspect.right),
    ...rights
      .filter(([key]) => !left.has(JSON.stringify(key)))
      .map(([key, hash]) => ({key, left: undefined, right: hash})),
  ]
}
