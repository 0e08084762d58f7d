/**
 * What a scan asks of one table: how many rows a range of its key holds and what they fold into, where a range can be
 * divided, which rows are in it by their digests, and what a few rows hold.
 */

import type {Session} from '../shared/database.js'
import {
  anyOf,
  asNumber,
  bucketsOf,
  keyValue,
  quoted,
  rowHash,
  shownValue,
  within,
  type ColumnRow,
  type Range,
} from './columns.js'
import type {Table} from './tables.js'

export interface Sum {
  rows: number
  /** 16 hexadecimal digits; the sum of the digests for a table without a key. */
  sum: string
  buckets?: [bucket: number, rows: number, sum: string][]
}

/** The rows of a range whose keys fall into some of so many buckets. */
export interface Slice extends Range {
  part?: {of: number; buckets: number[]; steps?: Range}
}

/** The columns of a scan and how it reads the table. */
export interface Scan {
  table: Table
  columns: ColumnRow[]
}

/** Asks the server to give up; MariaDB takes it for a comment. Milliseconds. */
const limited = (limitMs: number): string => `/*+ MAX_EXECUTION_TIME(${Math.max(1, Math.round(limitMs))}) */`

const keyed = ({table}: Pick<Scan, 'table'>): NonNullable<Table['key']> => table.key!

const from = ({table}: Scan): string =>
  `${quoted(table.name)}${table.key ? ` FORCE INDEX (${quoted(table.key.index)})` : ''}`

const keyOf = (row: Record<string, unknown>, length: number): string[] =>
  Array.from({length}, (_, index) => String(row[`k${index}`]))

const keyList = (columns: readonly ColumnRow[]): string =>
  columns.map((column, index) => `${keyValue(column)} AS k${index}`).join(', ')

/** With the table's name before each: a column may be called like one of ours, and ORDER BY would take ours. */
const order = ({table}: Scan): string =>
  keyed({table})
    .columns.map(({name}) => `${quoted(table.name)}.${quoted(name)}`)
    .join(', ')

/** Ranges that one statement reads: small ones cost a round trip each otherwise. */
const AT_ONCE = 32

/**
 * Count and fold of each range, and of each of its buckets where there is more than one: grouping costs a tenth of what digesting does.
 * Two rows of one key cannot cancel each other out: the key is a part of the digest.
 */
export async function sumsOf(
  session: Session,
  scan: Scan,
  {ranges, buckets, steps}: {ranges: Range[]; buckets: number; steps: boolean},
  limitMs: number,
): Promise<Sum[]> {
  const {columns} = keyed(scan)
  const fold = `LPAD(HEX(BIT_XOR(${asNumber(rowHash(scan.columns))})), 16, '0')`
  const sums: Sum[] = []
  for (let first = 0; first < ranges.length; first += AT_ONCE) {
    const conditions = ranges.slice(first, first + AT_ONCE).map((range) => ({
      ...within(columns, range),
      bucket: buckets === 1 ? '0' : bucketsOf(columns, buckets, steps ? range : undefined).sql,
    }))
    // Grouped by what a bucket is: GROUP BY takes a name for a column of the table first.
    const selects = conditions.map(
      ({sql, bucket}, index) =>
        `SELECT ${index === 0 ? limited(limitMs) : ''} ${index} AS i, ${bucket} AS b, COUNT(*) AS n, ${fold} AS x FROM ${from(scan)} WHERE ${sql}${buckets === 1 ? '' : ` GROUP BY ${bucket}`}`,
    )
    const rows = await session.rows<Record<'i' | 'b' | 'n', number | string> & {x: string}>(
      selects.join(' UNION ALL '),
      conditions.flatMap(({values}) => values),
    )
    const found = conditions.map((): [number, number, string][] => [])
    for (const {i, b, n, x} of rows) found[Number(i)]!.push([Number(b), Number(n), x])
    sums.push(...found.map((those) => ({...totalOf(those), ...(buckets > 1 && {buckets: those})})))
  }

  return sums
}

/** The fold of a range is the fold of its buckets' folds. */
function totalOf(buckets: [number, number, string][]): Sum {
  const fold = buckets.reduce((all, bucket) => all ^ BigInt(`0x${bucket[2]}`), 0n)
  return {
    rows: buckets.reduce((all, [, rows]) => all + rows, 0),
    sum: fold.toString(16).toUpperCase().padStart(16, '0'),
  }
}

/** Up to so many keys are fetched to take some of them: a statement for each boundary costs more. */
const MOST_FETCHED = 5000

/** Every `every`th key of the range, `most` of them at the most: fewer where the range ends before. */
export async function boundariesOf(
  session: Session,
  scan: Scan,
  {range, every, most}: {range: Range; every: number; most: number},
): Promise<string[][]> {
  const {columns} = keyed(scan)
  const keys = async (after: string[] | null, limit: string): Promise<string[][]> => {
    const {sql, values} = within(columns, {after, upTo: range.upTo})
    const rows = await session.rows<Record<string, unknown>>(
      `SELECT ${keyList(columns)} FROM ${from(scan)} WHERE ${sql} ORDER BY ${order(scan)} LIMIT ${limit}`,
      values,
    )
    return rows.map((row) => keyOf(row, columns.length))
  }

  if (every * most <= MOST_FETCHED) {
    const all = await keys(range.after, String(every * most))
    return all.filter((_, index) => (index + 1) % every === 0)
  }

  const found: string[][] = []
  while (found.length < most) {
    const [key] = await keys(found.at(-1) ?? range.after, `1 OFFSET ${every - 1}`)
    if (!key) break
    found.push(key)
  }

  return found
}

/**
 * Key and digest of the rows of each slice, `most` of them in all: what is beyond that is cut off, and the slices that come after it
 * have no list. Those of a single slice are in the order of the key.
 */
export async function hashesOf(
  session: Session,
  scan: Scan,
  {slices, most}: {slices: Slice[]; most: number},
): Promise<[string[], string][][]> {
  const {columns} = keyed(scan)
  const lists: [string[], string][][] = []
  let left = most
  for (let first = 0; first < slices.length && left > 0; first += AT_ONCE) {
    const conditions = slices.slice(first, first + AT_ONCE).map((slice) => {
      const {sql, values} = within(columns, slice)
      const {part} = slice
      const bucket = part ? ` AND ${bucketsOf(columns, part.of, part.steps).among(part.buckets)}` : ''
      return {sql: sql + bucket, values}
    })
    const selects = conditions.map(
      ({sql}, index) =>
        `(SELECT ${index} AS i, ${keyList(columns)}, ${rowHash(scan.columns)} AS h FROM ${from(scan)} WHERE ${sql}
          ORDER BY ${order(scan)} LIMIT ${left})`,
    )
    const rows = await session.rows<Record<string, unknown>>(
      selects.join(' UNION ALL '),
      conditions.flatMap(({values}) => values),
    )
    const found = conditions.map((): [string[], string][] => [])
    for (const row of rows) found[Number(row.i)]!.push([keyOf(row, columns.length), String(row.h)])
    for (const list of found) {
      if (left === 0) break
      lists.push(list.slice(0, left))
      left -= lists.at(-1)!.length
    }
  }

  return lists
}

export interface ShownRow {
  key: string[]
  hash: string
  /** How many rows are like this one; above 1 only in a table without a key. */
  count: number
  values: (string | null)[]
}

const shownList = (columns: readonly ColumnRow[], wrap: (sql: string) => string): string =>
  columns.map((column, index) => `${wrap(shownValue(column))} AS v${index}`).join(', ')

const valuesOf = (row: Record<string, unknown>, {columns}: Scan): (string | null)[] =>
  columns.map((_, index) => {
    const value = row[`v${index}`]
    return value === null ? null : String(value)
  })

/** The rows with these keys, as far as they are there. */
export async function rowsOf(session: Session, scan: Scan, keys: string[][]): Promise<ShownRow[]> {
  const {columns} = keyed(scan)
  const {sql, values} = anyOf(columns, keys)
  const rows = await session.rows<Record<string, unknown>>(
    `SELECT ${keyList(columns)}, ${rowHash(scan.columns)} AS h, ${shownList(scan.columns, (value) => value)}
      FROM ${from(scan)} WHERE ${sql}`,
    values,
  )
  return rows.map((row) => ({
    key: keyOf(row, columns.length),
    hash: String(row.h),
    count: 1,
    values: valuesOf(row, scan),
  }))
}

/** Digits of a digest by which the rows of a table without a key are divided. */
const BAG_DIGITS = 3

/** Of a table without a key: count and sum of the digests that begin with each three digits, in one scan. */
export async function bagsOf(session: Session, scan: Scan, limitMs: number): Promise<[string, Sum][]> {
  const hash = rowHash(scan.columns)
  const rows = await session.rows<{b: string; n: number | string; x: string}>(
    `SELECT ${limited(limitMs)} LEFT(h, ${BAG_DIGITS}) AS b, COUNT(*) AS n, CAST(SUM(${asNumber('h')}) AS CHAR) AS x
      FROM (SELECT ${hash} AS h FROM ${from(scan)}) AS digests GROUP BY b ORDER BY b`,
  )
  return rows.map(({b, n, x}) => [b, {rows: Number(n), sum: String(x)}])
}

/** How many rows there are of each digest of these bags. */
export async function digestsOf(
  session: Session,
  scan: Scan,
  {bags, most}: {bags: string[]; most: number},
  limitMs: number,
): Promise<[string, number][]> {
  const rows = await session.rows<{h: string; n: number | string}>(
    `SELECT ${limited(limitMs)} h, COUNT(*) AS n FROM (SELECT ${rowHash(scan.columns)} AS h FROM ${from(scan)}) AS digests
      WHERE LEFT(h, ${BAG_DIGITS}) IN (?) GROUP BY h ORDER BY h LIMIT ${most}`,
    [bags],
  )
  return rows.map(({h, n}) => [h, Number(n)])
}

/** What the rows with these digests hold: those of one digest are alike. */
export async function rowsLike(session: Session, scan: Scan, hashes: string[], limitMs: number): Promise<ShownRow[]> {
  const hash = rowHash(scan.columns)
  const rows = await session.rows<Record<string, unknown>>(
    `SELECT ${limited(limitMs)} ${hash} AS h, COUNT(*) AS n, ${shownList(scan.columns, (value) => `MAX(${value})`)}
      FROM ${from(scan)} WHERE ${hash} IN (?) GROUP BY ${hash}`,
    [hashes],
  )
  return rows.map((row) => ({key: [], hash: String(row.h), count: Number(row.n), values: valuesOf(row, scan)}))
}
