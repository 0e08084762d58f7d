/** One table as both sides hold it, and how it is read on each: the columns that can be compared, and the key. Pure. */

import {MOST_HASHES, MOST_RANGES, MOST_ROWS} from '../../../ports/tables.js'
import type {Column, Range, Scan, Side, Sum, Table} from '../../../ports/tables.js'

export interface Pair {
  table: string
  left: Side
  right: Side
  scans: {left: Scan; right: Scan}
  /** Of the key, in its order; null: rows are told apart by all that they hold. */
  key: Column[] | null
  columns: Column[]
  /** Up to so many rows are listed by their digests instead of being divided further. */
  leaf: number
  /** So many rows are listed at once, of several ranges. */
  listed: number
  /** So many ranges are asked for at once. */
  ranges: number
  /** So many rows are shown at once. */
  shown: number
  /** Estimates; `rowOctets` is 0 where nobody knows. */
  rows: number
  rowOctets: number
}

/** Octets of digests and keys that one answer may hold: a sixth of what Lambda lets through. */
const ANSWER_OCTETS = 1_000_000
/** Octets of values, if all of them were as long as they are ever shown: half of what Lambda lets through. */
const SHOWN_OCTETS = 3_000_000
const MOST_LEAF = 200
const LEAST_LISTED = 50
const LEAST_RANGES = 32
/** Octets of a value as it is shown: at most 256 characters as hexadecimal digits, with a digest before them. */
const MOST_SHOWN_OCTETS = 2200
const LEAST_SHOWN = 5

/** `left` is the primary's. `hindrances`: what keeps the table, or some of its columns, from being compared; without a pair all of it. */
export function pairOf(left: Side, right: Side, lefts: Table, rights: Table): {pair?: Pair; hindrances: string[]} {
  const key = keyOf(lefts)
  if (orderOf(key) !== orderOf(keyOf(rights)))
    return {hindrances: ['its key is not the same on both sides, so that its rows cannot be told apart alike']}
  const others = new Map(rights.columns.map((column) => [column.name, column]))
  const isAlike = ({name, type, charset, compared}: Column): boolean => {
    const other = others.get(name)
    return compared && other?.compared === true && other.type === type && other.charset === charset
  }

  const columns = lefts.columns.filter((column) => isAlike(column))
  const names = columns.map(({name}) => name)
  const apart = [...lefts.columns, ...rights.columns].filter(({name, compared}) => compared && !names.includes(name))
  const hindrances =
    apart.length === 0
      ? []
      : [
          `columns that are not alike on both sides were not compared: ${[...new Set(apart.map(({name}) => name))].join(', ')}`,
        ]
  if (columns.length === 0) return {hindrances}
  const scan = ({name: table, version}: Table): Scan => ({table, version, columns: names})
  const octets = (key ?? []).reduce((sum, column) => sum + 2 * (column.octets ?? 12), 30)
  const listed = Math.max(LEAST_LISTED, Math.min(MOST_HASHES / 2, Math.floor(ANSWER_OCTETS / octets)))
  const shown = columns.reduce(
    (sum, column) => sum + Math.min(MOST_SHOWN_OCTETS, 30 + 2 * (column.octets ?? 20)),
    octets,
  )
  return {
    hindrances,
    pair: {
      table: lefts.name,
      left,
      right,
      scans: {left: scan(lefts), right: scan(rights)},
      key,
      columns,
      leaf: Math.min(MOST_LEAF, listed),
      listed,
      ranges: Math.max(LEAST_RANGES, Math.min(MOST_RANGES, Math.floor(ANSWER_OCTETS / (2 * octets)))),
      shown: Math.max(LEAST_SHOWN, Math.min(MOST_ROWS, Math.floor(SHOWN_OCTETS / shown))),
      rows: Math.max(lefts.rows, rights.rows),
      rowOctets: Math.max(lefts.rowOctets, rights.rowOctets),
    },
  }
}

const keyOf = ({key, columns}: Table): Column[] | null =>
  key === null ? null : key.map((name) => columns.find((column) => column.name === name)!)

/** What the order of rows rests on. */
const orderOf = (key: Column[] | null): string =>
  JSON.stringify(key?.map(({name, type, charset, collation}) => [name, type, charset, collation]))

export const equalSums = (left: Sum, right: Sum): boolean => left.rows === right.rows && left.sum === right.sum

/** The parts of a range between these keys. */
export function dividedAt({after, upTo}: Range, bounds: readonly Range['upTo'][]): Range[] {
  const edges = [after, ...bounds, upTo]
  return edges.slice(1).map((edge, index) => ({after: edges[index]!, upTo: edge}))
}

export function* batches<T>(all: readonly T[], most: number): Iterable<T[]> {
  for (let index = 0; index < all.length; index += most) yield all.slice(index, index + most)
}
