/**
 * What a scan asks of one table: how many rows a range of its key holds and what they fold into, where a range can be
 * divided, which rows are in it by their digests, and what a few rows hold.
 */

import type {Session} from '../shared/database.js'
import {anyOf, asNumber, keyValue, quoted, rowHash, shownValue, within, type ColumnRow, type Range} from './columns.js'
import type {Table} from './tables.js'

export interface Sum {
  rows: number
  /** 16 hexadecimal digits; the sum of the digests for a table without a key. */
  sum: string
}

/** The columns of a scan and how it reads the table. */
export interface Scan {
  table: Table
  columns: ColumnRow[]
}

/** Asks the server to give up; MariaDB takes it for a comment. Milliseconds. */
const limited = (limitMs: number): string => `/*+ MAX_EXECUTION_TIME(${Math.max(1, Math.round(limitMs))}) */`

const keyed = ({table}: Scan): NonNullable<Table['key']> => table.key!

const from = ({table}: Scan): string =>
  `${quoted(table.name)}${table.key ? ` FORCE INDEX (${quoted(table.key.index)})` : ''}`

const keyOf = (row: Record<string, unknown>, length: number): string[] =>
  Array.from({length}, (_, index) => String(row[`k${index}`]))

const keyList = (columns: readonly ColumnRow[]): string =>
  columns.map((column, index) => `${keyValue(column)} AS k${index}`).join(', ')

const order = (columns: readonly ColumnRow[], direction = ''): string =>
  columns.map(({name}) => `${quoted(name)}${direction}`).join(', ')

/** Ranges that one statement folds: small ones cost a round trip each otherwise. */
const AT_ONCE = 32

/** Count and fold of each range. Two rows of one key cannot cancel each other out: the key is a part of the digest. */
export async function sumsOf(session: Session, scan: Scan, ranges: Range[], limitMs: number): Promise<Sum[]> {
  const fold = `LPAD(HEX(BIT_XOR(${asNumber(rowHash(scan.columns))})), 16, '0')`
  const sums: Sum[] = []
  for (let first = 0; first < ranges.length; first += AT_ONCE) {
    const conditions = ranges.slice(first, first + AT_ONCE).map((range) => within(keyed(scan).columns, range))
    const selects = conditions.map(
      ({sql}, index) =>
        `SELECT ${index === 0 ? limited(limitMs) : ''} ${index} AS i, COUNT(*) AS n, ${fold} AS x FROM ${from(scan)} WHERE ${sql}`,
    )
    const rows = await session.rows<{i: number | string; n: number | string; x: string}>(
      selects.join(' UNION ALL '),
      conditions.flatMap(({values}) => values),
    )
    const inOrder = rows.sort((one, other) => Number(one.i) - Number(other.i))
    sums.push(...inOrder.map(({n, x}) => ({rows: Number(n), sum: x})))
  }

  return sums
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
      `SELECT ${keyList(columns)} FROM ${from(scan)} WHERE ${sql} ORDER BY ${order(columns)} LIMIT ${limit}`,
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
 * Key and digest of the rows of each range, in order, `most` of them in all: what is beyond that is cut off, and the ranges that
 * come after it have no list.
 */
export async function hashesOf(
  session: Session,
  scan: Scan,
  {ranges, most}: {ranges: Range[]; most: number},
): Promise<[string[], string][][]> {
  const {columns} = keyed(scan)
  const lists: [string[], string][][] = []
  let left = most
  for (const range of ranges) {
    if (left === 0) break
    const {sql, values} = within(columns, range)
    const rows = await session.rows<Record<string, unknown>>(
      `SELECT ${keyList(columns)}, ${rowHash(scan.columns)} AS h FROM ${from(scan)} WHERE ${sql}
        ORDER BY ${order(columns)} LIMIT ${left}`,
      values,
    )
    lists.push(rows.map((row) => [keyOf(row, columns.length), String(row.h)]))
    left -= rows.length
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
      FROM ${from(scan)} WHERE ${hash} IN (?) GROUP BY h ORDER BY h`,
    [hashes],
  )
  return rows.map((row) => ({key: [], hash: String(row.h), count: Number(row.n), values: valuesOf(row, scan)}))
}
