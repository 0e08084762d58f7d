/** From ranges that do not fold into the same on both sides to the keys that make the difference. Changes nothing. */

import {MOST_BUCKETS, MOST_HASHES} from '../../../ports/tables.js'
import type {Bucketing, Division, Key, Range, Side, Slice, Sum} from '../../../ports/tables.js'
import type {CallOptions} from '../../../ports/world.js'
import {batches, dividedAt, equalSums} from './pair.js'
import type {Pair} from './pair.js'

/** A row whose digests differ; undefined where a side has no such row. */
export interface Suspect {
  key: Key
  left: string | undefined
  right: string | undefined
}

/** A range and what it folds into on both sides, in buckets. */
export interface Weighed {
  range: Range
  buckets: Bucketing
  sums: [Sum, Sum]
}

/** What is to be listed, and about how many rows that is. */
interface Listing {
  slice: Slice
  rows: number
}

/** A range that is too large for buckets is divided into so many parts. */
const PARTS = 16
/** A bucket should have a part of the rows that are listed without further ado. */
const BUCKETS_A_LEAF = 4
/** Buckets that one answer tells: each is about 40 bytes. */
const MOST_TOLD = 8192
/** Slices that one question lists. Where no index finds the rows of a bucket, all keys of its range are read, at a fifth of what digesting costs. */
const MOST_SLICES = 64

/** All rows of a range as they are. */
export const UNDIVIDED: Bucketing = {count: 1, steps: false}

/** How so many rows are put into buckets; into one where they are listed as they are. */
export const bucketsFor = ({leaf}: Pair, rows: number, steps: boolean): Bucketing =>
  rows <= leaf ? UNDIVIDED : {count: Math.min(MOST_BUCKETS, Math.ceil((BUCKETS_A_LEAF * rows) / leaf)), steps}

/** What each range folds into on both sides, asked at the same moment: less is under way between them. */
export async function weigh(pair: Pair, ranges: Range[], buckets: Bucketing, options: CallOptions): Promise<Weighed[]> {
  const weighed: Weighed[] = []
  for (const batch of batches(ranges, Math.min(pair.ranges, Math.ceil(MOST_TOLD / buckets.count)))) {
    const [lefts, rights] = await Promise.all([
      pair.left.sums(pair.scans.left, batch, buckets, options),
      pair.right.sums(pair.scans.right, batch, buckets, options),
    ])
    weighed.push(...batch.map((range, index): Weighed => ({range, buckets, sums: [lefts[index]!, rights[index]!]})))
  }

  return weighed
}

export const differ = ({sums: [left, right]}: Weighed): boolean => !equalSums(left, right)

// Few rows are listed at once. Of more, each range is read once more bucket by bucket, and then only the rows of buckets that differ. Keys
// that stand in heaps would leave all rows in a few of the steps: such a range is put into buckets by a digest, which are even.
export async function* suspectsIn(pair: Pair, weighed: Weighed[], options: CallOptions): AsyncIterable<Suspect> {
  let open = weighed.filter((one) => differ(one))
  while (open.length > 0) {
    const few = open.reduce((sum, one) => sum + rowsOf(one), 0) <= pair.listed
    const isListed = (one: Weighed): boolean =>
      few || rowsOf(one) <= pair.leaf || (one.buckets.count > 1 && !isHeaped(one))
    const now = open.filter((one) => isListed(one))
    yield* listed(
      pair,
      now.flatMap((one) => (one.buckets.count > 1 ? listingsOf(pair, one) : [whole(one)])),
      options,
    )
    const rest = open.filter((one) => !now.includes(one))
    const isLarge = (one: Weighed): boolean => rowsOf(one) > MOST_BUCKETS * pair.leaf
    const large = rest.filter((one) => isLarge(one))
    const ranges = [
      ...(await divided(pair, large, options)),
      ...rest.filter((one) => !isLarge(one)).map(({range}) => range),
    ]
    const rows = Math.max(...rest.map((one) => (isLarge(one) ? rowsOf(one) / PARTS : rowsOf(one))))
    const isFirst = rest.every(({buckets}) => buckets.count === 1)
    const again = await weigh(pair, ranges, bucketsFor(pair, rows, isFirst), options)
    open = again.filter((one) => differ(one))
  }
}

const whole = (one: Weighed): Listing => ({slice: one.range, rows: rowsOf(one)})

type Folds = Map<number, NonNullable<Sum['buckets']>[number]>

/** The buckets that differ, and about how many rows each has. */
function apartIn({sums}: Weighed): {number: number; rows: number}[] {
  const [left, right] = sums.map(({buckets = []}) => new Map(buckets.map((one) => [one[0], one]))) as [Folds, Folds]
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((number) => {
    const [, rows = 0, sum] = left.get(number) ?? []
    const [, others = 0, other] = right.get(number) ?? []
    return rows === others && sum === other ? [] : [{number, rows: Math.max(rows, others)}]
  })
}

/** To list a row costs about as much as to digest so many. */
const DIGESTED_A_LISTED = 8
/** Buckets by steps are even enough where those that differ hold no more times as many rows as they would of a digest. */
const EVEN = 4

/** The steps that differ hold so many rows that it costs less to put the range into buckets of a digest. */
export function isHeaped(one: Weighed): boolean {
  const {count, steps} = one.buckets
  if (!steps) return false
  const apart = apartIn(one)
  const listed = apart.reduce((sum, {rows}) => sum + rows, 0)
  const all = rowsOf(one)
  return listed * DIGESTED_A_LISTED > all && listed > (EVEN * apart.length * all) / count
}

/** The buckets that differ, in as many slices as it takes to list each at once. */
function listingsOf(pair: Pair, one: Weighed): Listing[] {
  const {range, buckets} = one
  const listings: Listing[] = []
  let last: number[] = []
  for (const {number, rows} of apartIn(one)) {
    const listing = listings.at(-1)
    if (listing && listing.rows + rows <= pair.listed) {
      last.push(number)
      listing.rows += rows
    } else {
      last = [number]
      const part = {of: buckets.count, buckets: last, ...(buckets.steps && {steps: range})}
      listings.push({slice: {...range, part}, rows})
    }
  }

  return listings
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

// Row by row, as many slices at once as one answer holds.
async function* listed(pair: Pair, listings: Listing[], options: CallOptions): AsyncIterable<Suspect> {
  let batch: Slice[] = []
  let held = 0
  for (const {slice, rows} of listings) {
    if (batch.length > 0 && (held + rows > pair.listed || batch.length === MOST_SLICES)) {
      yield* listedAtOnce(pair, batch, options)
      batch = []
      held = 0
    }

    batch.push(slice)
    held += rows
  }

  if (batch.length > 0) yield* listedAtOnce(pair, batch, options)
}

async function* listedAtOnce(pair: Pair, slices: Slice[], options: CallOptions): AsyncIterable<Suspect> {
  const [lefts, rights] = await bothHashes(pair, slices, options)
  // They have grown since they were weighed.
  if ([lefts, rights].some((lists) => isCut(lists, slices)))
    for (const slice of slices) yield* listedToTheEnd(pair, slice, options)
  else for (const [index, left] of lefts.entries()) yield* differing(left, rights[index]!)
}

type Listed = [Key, string][]

const isCut = (lists: Listed[], slices: Slice[]): boolean =>
  lists.length < slices.length || lists.reduce((sum, {length}) => sum + length, 0) >= MOST_HASHES

const bothHashes = (pair: Pair, slices: Slice[], options: CallOptions): Promise<[Listed[], Listed[]]> =>
  Promise.all([
    pair.left.hashes(pair.scans.left, slices, MOST_HASHES, options),
    pair.right.hashes(pair.scans.right, slices, MOST_HASHES, options),
  ])

// A list that is cut ends the slice at its last key, and the rest is listed next.
async function* listedToTheEnd(pair: Pair, slice: Slice, options: CallOptions): AsyncIterable<Suspect> {
  let {after} = slice
  for (;;) {
    const [[lefts], [rights]] = await bothHashes(pair, [{...slice, after}], options)
    if (Math.max(lefts!.length, rights!.length) < MOST_HASHES) {
      yield* differing(lefts!, rights!)
      return
    }

    // The side with more rows leads; what the other has up to the same key is asked for anew.
    const upTo = (lefts!.length >= rights!.length ? lefts! : rights!).at(-1)![0]
    const [[left], [right]] = await bothHashes(pair, [{...slice, after, upTo}], options)
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
