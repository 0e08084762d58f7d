/** One table from its first row to its last: chunk by chunk on both sides at once, and the rows that make a difference. */

import {DrError} from '../../../errors.js'
import type {TableState} from '../../../ports/scan-state.js'
import type {Bucketing, Key, Range} from '../../../ports/tables.js'
import type {CallOptions, Clock} from '../../../ports/world.js'
import type {Doubt, RowDifference} from '../result.js'
import {Ahead, PARTS} from './ahead.js'
import {compareBags} from './bag.js'
import {UNDIVIDED, bucketsFor, differ, isHeaped, suspectsIn, weigh} from './bisect.js'
import type {Weighed} from './bisect.js'
import type {Pace} from './pace.js'
import type {Pair} from './pair.js'
import type {Progress} from './progress.js'
import {Settling} from './settle.js'
import type {Confirmed} from './settle.js'
import {columnsOf, fixOfRow, keyOf, wholeRow} from './values.js'

export interface ScanContext {
  clock: Clock
  pace: Pace
  progress: Progress
  /** Epoch milliseconds: what the primary had by then has surely reached the standby. */
  reached(): Promise<number>
  doubt(about: Omit<Doubt, 'kind'>): void
  /** Whose rows the statements of --fix change: with a cluster beside, the primary's. Undefined: there are none. */
  fixes?: 'other' | 'primary'
  /** What begins the scan anew. */
  command: string
  note(text: string): void
  /** More are not looked for in one table. */
  mostDifferences: number
  save(): Promise<void>
  signal: AbortSignal
}

/** Rows that wait for another look. Beyond that nothing else is read until they are known: what is kept in memory has a bound. */
const MOST_WAITING = 5000
/** The state is kept no more often. */
const SAVE_EVERY_MS = 2000

/** Rows that differ are asked again no more often while the scan runs. */
const SETTLE_EVERY_MS = 10_000

const SCHEMA = 'todo-dr drift --schema'

// `state` is brought forward; what it says has been compared is not compared again.
export async function* scanTable(pair: Pair, state: TableState, context: ScanContext): AsyncIterable<RowDifference> {
  try {
    if (pair.key === null) yield* scanBag(pair, state, context)
    else yield* scanKeyed(pair, state, context)
  } catch (error) {
    const found = error instanceof DrError ? HINDRANCES[error.code] : undefined
    if (!found) throw error
    doubtTable(pair, context, found.reason(pair), found.next ?? context.command)
  }
}

/** What leaves a table unknown, by the code of the error, and what to do next where that is not another try. */
const HINDRANCES: Record<string, {reason(pair: Pair): string; next?: string}> = {
  TableChanged: {reason: () => 'it was altered or dropped while it was read', next: SCHEMA},
  TooSlow: {
    reason: ({key}) =>
      key === null
        ? 'no key puts its rows in order, and it is too large to be compared in one statement of 20 s: give it a primary key whose ENUM and SET columns have at most 512 values'
        : 'even a few of its rows take too long to be read',
  },
  DigestsApart: {
    reason: () => 'its rows have other digests, but the same values: CompareRows is not of one version in both regions',
    next: 'todo-dr deploy',
  },
}

const doubtTable = ({table, right}: Pair, {doubt}: ScanContext, reason: string, next: string | null): void =>
  doubt({region: right.region, subject: table, reason, next})

async function* scanKeyed(pair: Pair, state: TableState, context: ScanContext): AsyncIterable<RowDifference> {
  const {clock, pace, progress, signal} = context
  const call = {signal}
  const restless = (key: Key): void =>
    doubtTable(
      pair,
      context,
      `the row ${JSON.stringify(keyOf(pair.key!, key))} changes too often to be compared`,
      context.command,
    )
  const stale = (count: number): void =>
    doubtTable(
      pair,
      context,
      `${count} of its rows differ, and whether they merely lag cannot be told: no measurement of the replication lag has come since`,
      context.command,
    )
  const settling = new Settling(pair, {clock, reached: () => context.reached(), restless, stale})
  const ahead = new Ahead(pair)
  const confirmed = new Map<string, Key>()
  const isFull = (): boolean => confirmed.size >= context.mostDifferences
  let savedAt = clock.now()
  let settledAt = clock.now()
  let dense = false
  let steps = true
  const known = async function* (found: AsyncIterable<Confirmed>): AsyncIterable<RowDifference> {
    for await (const one of found) {
      confirmed.set(JSON.stringify(one.key), one.key)
      yield differenceOf(pair, one, context)
    }
  }

  pace.begin(pair.rowOctets)
  for (const key of state.keys) settling.add({key, left: undefined, right: undefined})
  while (!state.done) {
    await pace.ready()
    try {
      const buckets = dense ? bucketsFor(pair, pace.rows / PARTS, steps) : UNDIVIDED
      const {weighed, upTo, rows} = await nextChunk(pair, state.after, buckets, ahead, context)
      dense = weighed.filter((one) => differ(one)).length > DENSE
      // Keys that stand in heaps mostly do so in all of a table.
      steps &&= !weighed.some((one) => isHeaped(one))
      for await (const suspect of suspectsIn(pair, weighed, call)) {
        // A chunk that was too much for one statement is met again.
        if (!confirmed.has(JSON.stringify(suspect.key))) settling.add(suspect)
        if (settling.size <= MOST_WAITING) continue
        yield* known(settling.rest(call))
        if (isFull()) break
      }

      if (!isFull()) {
        Object.assign(state, {after: upTo, done: upTo === null, rows: state.rows + rows})
        progress.read(pair.table, rows, confirmed.size)
        // Each look costs a call in each region, and most rows are known at the end anyway.
        if (clock.now() - settledAt >= SETTLE_EVERY_MS) {
          yield* known(settling.due(call))
          settledAt = clock.now()
        }
      }
    } catch (error) {
      if (!(error instanceof DrError) || error.code !== 'TooSlow' || !pace.smaller()) throw error
      ahead.tooMuch()
    }

    state.keys = [...confirmed.values(), ...settling.keys]
    if (isFull()) {
      doubtTable(pair, context, `more than ${context.mostDifferences} of its rows differ: the rest was not read`, null)
      return
    }

    if (clock.now() - savedAt < SAVE_EVERY_MS) continue
    savedAt = clock.now()
    await context.save()
  }

  yield* known(settling.rest(call))
  state.keys = [...confirmed.values()]
}

/**
 * Where more ranges of a chunk differ, the next one is read by buckets at once: that costs a tenth of the chunk, and to read two of its
 * ranges once more, by calls of their own, costs more.
 */
const DENSE = 1

/** What the next ranges fold into, read within the load budget. */
async function nextChunk(
  pair: Pair,
  after: Key | null,
  buckets: Bucketing,
  ahead: Ahead,
  {clock, pace, signal}: ScanContext,
): Promise<{weighed: Weighed[]; upTo: Key | null; rows: number}> {
  const call = {signal}
  const ranges = await ahead.next(after, pace.rows, call)
  const {upTo} = ranges.at(-1)!
  const begun = clock.now()
  const weighed = await (upTo === null
    ? weigh(pair, ranges, buckets, call)
    : weighChunk(pair, ranges, upTo, buckets, ahead, pace, call))
  const rows = weighed.reduce((sum, {sums: [left]}) => sum + left.rows, 0)
  await pace.took(rows, clock.now() - begun)
  return {weighed, upTo, rows}
}

async function weighChunk(
  {left, right, scans}: Pair,
  ranges: Range[],
  upTo: Key,
  buckets: Bucketing,
  ahead: Ahead,
  {rows}: Pace,
  call: CallOptions,
): Promise<Weighed[]> {
  const division = ahead.division(upTo, rows)
  const [lefts, {sums: rights, ahead: bounds}] = await Promise.all([
    left.sums(scans.left, ranges, buckets, call),
    right.chunk(scans.right, {ranges, buckets, ahead: division}, call),
  ])
  ahead.found(upTo, division, bounds)
  return ranges.map((range, index) => ({range, buckets, sums: [lefts[index]!, rights[index]!]}))
}

async function* scanBag(pair: Pair, state: TableState, context: ScanContext): AsyncIterable<RowDifference> {
  if (state.done) return
  const options = {
    clock: context.clock,
    reached: () => context.reached(),
    doubt: (reason: string) => doubtTable(pair, context, reason, context.command),
  }
  context.note(
    `${pair.table}: no key puts its rows in order (none at all, or one with an ENUM or a SET of more than 512 values). Each region reads all of it in one statement of up to 20 s, which --max-load does not slow down`,
  )
  await context.pace.ready()
  for await (const {left, right, row} of compareBags(pair, options, {signal: context.signal})) {
    yield {
      kind: 'rows',
      class: left > right ? 'missing' : 'extra',
      region: pair.right.region,
      subject: pair.table,
      key: {},
      columns: wholeRow(pair.columns, row, left > right),
      text: `the table has no key, so that rows are told apart by all that they hold: ${pair.left.name} has ${left} of this one and ${pair.right.name} ${right}`,
      next: fixNext(context),
      ...(context.fixes && {fix: [fixOfRow(pair, row, undefined)]}),
    }
  }

  state.done = true
  context.progress.read(pair.table, pair.rows, 0)
}

const fixNext = ({command}: ScanContext): string => `${command} --fix`

/** Throws `DigestsApart` where the regions digest the same row differently: then all rows would seem to differ. */
function differenceOf(pair: Pair, {key, left, right}: Confirmed, context: ScanContext): RowDifference {
  const [primary, other] = [pair.left.name, pair.right.name]
  const columns = columnsOf(pair.columns, left, right)
  if (left && right && columns.length === 0)
    throw new DrError({code: 'DigestsApart', exit: 'failed', what: 'no column differs'})
  return {
    kind: 'rows',
    class: !right ? 'missing' : !left ? 'extra' : 'changed',
    region: pair.right.region,
    subject: pair.table,
    key: keyOf(pair.key!, key),
    columns,
    text: !right
      ? `${primary} has this row and ${other} has not`
      : !left
        ? `${other} has this row and ${primary} has not`
        : `${other} holds something else than ${primary}`,
    next: fixNext(context),
    ...(context.fixes && {
      fix: [context.fixes === 'primary' ? fixOfRow(pair, right, left) : fixOfRow(pair, left, right)],
    }),
  }
}
