/**
 * A table without a key: its rows are told apart by all that they hold, and compared as a multiset. Each side reads the table
 * whole, once; and again where it differs.
 */

import {MOST_HASHES} from '../../../ports/tables.js'
import type {ShownRow, Side} from '../../../ports/tables.js'
import type {CallOptions, Clock} from '../../../ports/world.js'
import {batches} from './pair.js'
import type {Pair} from './pair.js'
import {MOST_WAIT_MS} from './settle.js'

export interface BagDifference {
  /** How many such rows each side has. */
  left: number
  right: number
  row: ShownRow
}

/** Bags whose digests are listed at once. */
const BAGS = 64
const NEXT_LOOK_MS = 500
/** Looks at rows whose number goes on changing. */
const MOST_TRIES = 10

export interface BagOptions {
  clock: Clock
  /** Epoch milliseconds: what the primary had by then has surely reached the standby. */
  reached(): Promise<number>
  /** More rows differ than can be listed, or they never came to rest. */
  doubt(reason: string): void
}

export async function* compareBags(pair: Pair, options: BagOptions, call: CallOptions): AsyncIterable<BagDifference> {
  const hashes = await differingHashes(pair, options, call)
  for (const batch of batches(hashes, pair.shown)) yield* settled(pair, batch, options, call)
}

async function differingHashes(pair: Pair, {doubt}: BagOptions, call: CallOptions): Promise<string[]> {
  const [lefts, rights] = await bothSides(pair, (side, scan) => side.bags(scan, call))
  const right = new Map(rights)
  const names = new Set([...lefts, ...rights].map(([name]) => name))
  const left = new Map(lefts)
  const differing = [...names].filter((name) => {
    const [one, other] = [left.get(name), right.get(name)]
    return one?.rows !== other?.rows || one?.sum !== other?.sum
  })
  const found: string[] = []
  for (const bags of batches(differing, BAGS)) {
    const [ones, others] = await bothSides(pair, (side, scan) => side.digests(scan, bags, MOST_HASHES, call))
    if (Math.max(ones.length, others.length) === MOST_HASHES) {
      doubt('it has no key, and more of its rows differ than can be listed')
      return found
    }

    found.push(...differingCounts(ones, others))
  }

  return found
}

function differingCounts(lefts: [string, number][], rights: [string, number][]): string[] {
  const [left, right] = [new Map(lefts), new Map(rights)]
  return [...new Set([...left.keys(), ...right.keys()])].filter((hash) => left.get(hash) !== right.get(hash))
}

// Those that differ in the same way after the lag has passed.
async function* settled(
  pair: Pair,
  hashes: string[],
  options: BagOptions,
  call: CallOptions,
): AsyncIterable<BagDifference> {
  let before = new Map<string, string>()
  let open = hashes
  const {clock, doubt} = options
  for (let tries = 0; open.length > 0; tries++) {
    if (tries === MOST_TRIES) {
      doubt(`it has no key, and ${open.length} of its rows change too often to be compared`)
      return
    }

    const [lefts, rights] = await bothSides(pair, (side, scan) => side.alike(scan, open, call))
    const seen = new Map<string, string>()
    const still: string[] = []
    for (const hash of open) {
      const [left, right] = [lefts, rights].map((rows) => rows.find((row) => row.hash === hash))
      const counts = [left?.count ?? 0, right?.count ?? 0] as const
      seen.set(hash, counts.join(' '))
      if (counts[0] === counts[1]) continue
      if (before.get(hash) === counts.join(' ')) yield {left: counts[0], right: counts[1], row: (left ?? right)!}
      else still.push(hash)
    }

    before = seen
    open = still
    if (open.length > 0 && !(await haveArrived(clock.now(), options, call))) {
      doubt(
        `it has no key, and ${open.length} of its rows differ: whether they merely lag cannot be told, since no measurement of the replication lag has come`,
      )
      return
    }
  }
}

/** Waits until the standby has what the primary had at this instant. False: nobody can tell. */
async function haveArrived(since: number, {clock, reached}: BagOptions, call: CallOptions): Promise<boolean> {
  while ((await reached()) < since) {
    if (clock.now() - since > MOST_WAIT_MS) return false
    await clock.sleep(NEXT_LOOK_MS, call.signal)
  }

  return true
}

const bothSides = <T>(
  {left, right, scans}: Pair,
  ask: (side: Side, scan: Pair['scans']['left']) => Promise<T>,
): Promise<[T, T]> => Promise.all([ask(left, scans.left), ask(right, scans.right)])
