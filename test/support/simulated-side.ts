/** One table of one region in memory, as a compare function would tell it: for the scan's own rules, and not for SQL. */

import {createHash} from 'node:crypto'
import {DrError} from '../../src/errors.js'
import type {
  Around,
  Bucketing,
  Chunk,
  Column,
  Division,
  Key,
  Position,
  Range,
  Scan,
  ShownRow,
  Side,
  Slice,
  Sum,
  Table,
} from '../../src/ports/tables.js'

export type Row = readonly string[]

const column = (name: string): Column => ({
  name,
  type: 'bigint',
  nullable: false,
  default: null,
  charset: null,
  collation: null,
  extra: '',
  generated: null,
  form: 'integer',
  octets: null,
  compared: true,
})

/** By number, column by column: as an index of integers is in order. */
const byKey = (left: Key, right: Key): number => {
  const at = left.findIndex((value, index) => value !== right[index])
  return at === -1 ? 0 : Number(left[at]) - Number(right[at])
}

const fold = (hashes: string[]): string =>
  hashes.reduce((sum, hash) => sum ^ BigInt(`0x${hash.slice(0, 16)}`), 0n).toString(16)

function grouped<T>(all: T[], by: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of all) groups.set(by(one), [...(groups.get(by(one)) ?? []), one])
  return groups
}

export class SimulatedSide implements Side {
  /** Called before each question; may throw, or change the rows. */
  before: (question: string) => Promise<void> | void = () => undefined
  /** Rows whose digests were asked for, in ranges and one by one: what a scan costs. */
  hashed = 0
  /** Of these, one by one. */
  listed = 0
  version = '1'
  rowOctets = 3200
  /** Another one is another version of the function. */
  salt = ''
  /** What `position` answers. */
  at: Position | null = null
  /** What `arrived` answers. */
  has: (position: Position) => boolean = () => false
  /** In the order of the key: rows are exchanged as a whole, never in place. */
  #ordered: {of: Row[]; rows: Row[]} | undefined

  name: string

  /** `keys`: so many of the first columns are the key; 0: there is none. */
  constructor(
    readonly region: string,
    public rowsHeld: Row[],
    readonly keys: number,
    readonly width: number,
  ) {
    this.name = region
  }

  async tables(): Promise<Table[]> {
    await this.before('tables')
    const columns = Array.from({length: this.width}, (_, index) => column(`c${index}`))
    return [
      {
        name: 't',
        version: this.version,
        rows: this.rowsHeld.length,
        rowOctets: this.rowOctets,
        key: this.keys === 0 ? null : columns.slice(0, this.keys).map(({name}) => name),
        options: {engine: 'InnoDB', collation: 'utf8mb4_bin', rowFormat: 'Dynamic'},
        columns,
        indexes: [],
        constraints: [],
      },
    ]
  }

  async around(): Promise<Around> {
    return {migrations: null, grants: []}
  }

  async position(): Promise<Position | null> {
    await this.before('position')
    return this.at
  }

  async arrived(position: Position): Promise<boolean> {
    await this.before('arrived')
    return this.has(position)
  }

  async sums(scan: Scan, ranges: Range[], {count, steps}: Bucketing): Promise<Sum[]> {
    await this.#asked('sums', scan)
    return ranges.map((range) => {
      const rows = this.#within(range)
      this.hashed += rows.length
      const sumOf = (some: Row[]): Sum => ({rows: some.length, sum: fold(some.map((row) => this.#hashOf(row)))})
      if (count === 1) return sumOf(rows)
      const parts = [...grouped(rows, (row) => String(this.#bucketOf(row, count, steps ? range : undefined)))]
      return {
        ...sumOf(rows),
        buckets: parts.map(([number, some]): [number, number, string] => {
          const {rows: held, sum} = sumOf(some)
          return [Number(number), held, sum]
        }),
      }
    })
  }

  async chunk(scan: Scan, {ranges, buckets, ahead}: Chunk): Promise<{sums: Sum[]; ahead: Key[]}> {
    const [bounds] = await this.boundaries(scan, [ahead])
    return {sums: await this.sums(scan, ranges, buckets), ahead: bounds!}
  }

  async boundaries(scan: Scan, divisions: Division[]): Promise<Key[][]> {
    await this.#asked('boundaries', scan)
    return divisions.map(({range, every, most}) => {
      const rows = this.#within(range)
      return Array.from({length: most}, (_, index) => rows[(index + 1) * every - 1])
        .filter((row) => row !== undefined)
        .map((row) => this.#keyOf(row))
    })
  }

  async hashes(scan: Scan, slices: Slice[], most: number): Promise<[Key, string][][]> {
    await this.#asked('hashes', scan)
    const lists: [Key, string][][] = []
    let left = most
    for (const {part, ...range} of slices) {
      if (left === 0) break
      const rows = this.#within(range)
        .filter((row) => !part || part.buckets.includes(this.#bucketOf(row, part.of, part.steps)))
        .slice(0, left)
      left -= rows.length
      this.hashed += rows.length
      this.listed += rows.length
      lists.push(rows.map((row) => [this.#keyOf(row), this.#hashOf(row)]))
    }

    return lists
  }

  async rows(scan: Scan, keys: readonly Key[]): Promise<ShownRow[]> {
    await this.#asked('rows', scan)
    const rows = this.#within({after: null, upTo: null})
    return keys
      .map((key) => rows[this.#beyond(rows, key) - 1])
      .filter((row, index) => row && byKey(this.#keyOf(row), keys[index]!) === 0)
      .map((row) => this.#shown(row!, 1))
  }

  async bags(scan: Scan): Promise<[string, Sum][]> {
    await this.#asked('bags', scan)
    const bags = grouped(
      this.rowsHeld.map((row) => this.#hashOf(row)),
      (hash) => hash.slice(0, 3),
    )
    return [...bags].map(([bag, hashes]) => {
      const sum = hashes.reduce((all, hash) => all + BigInt(`0x${hash.slice(0, 16)}`), 0n)
      return [bag, {rows: hashes.length, sum: String(sum)}]
    })
  }

  async digests(scan: Scan, bags: string[], most: number): Promise<[string, number][]> {
    await this.#asked('digests', scan)
    const hashes = grouped(
      this.rowsHeld.map((row) => this.#hashOf(row)).filter((hash) => bags.includes(hash.slice(0, 3))),
      (hash) => hash,
    )
    return [...hashes].map(([hash, all]): [string, number] => [hash, all.length]).slice(0, most)
  }

  async alike(scan: Scan, hashes: string[]): Promise<ShownRow[]> {
    await this.#asked('alike', scan)
    const like = grouped(
      this.rowsHeld.filter((row) => hashes.includes(this.#hashOf(row))),
      (row) => this.#hashOf(row),
    )
    return [...like.values()].map((rows) => this.#shown(rows[0]!, rows.length))
  }

  async #asked(question: string, {version}: Scan): Promise<void> {
    await this.before(question)
    if (version !== this.version) throw new DrError({code: 'TableChanged', exit: 'failed', what: 'it was altered'})
  }

  #within({after, upTo}: Range): Row[] {
    if (this.#ordered?.of !== this.rowsHeld) {
      const rows = [...this.rowsHeld].sort((left, right) => byKey(this.#keyOf(left), this.#keyOf(right)))
      this.#ordered = {of: this.rowsHeld, rows}
    }

    const {rows} = this.#ordered
    return rows.slice(after ? this.#beyond(rows, after) : 0, upTo ? this.#beyond(rows, upTo) : rows.length)
  }

  /** Where the rows above a key begin. */
  #beyond(rows: Row[], key: Key): number {
    let [low, high] = [0, rows.length]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (byKey(this.#keyOf(rows[middle]!), key) > 0) high = middle
      else low = middle + 1
    }

    return low
  }

  #hashOf = (row: Row): string =>
    createHash('md5')
      .update([this.salt, ...row].join(','))
      .digest('hex')

  /** By steps of the range where both its ends are known and the key is one number, as the function does. */
  #bucketOf(row: Row, of: number, steps?: Range): number {
    const key = this.#keyOf(row)
    const [value, before, last] = [key, steps?.after ?? [], steps?.upTo ?? []].map(([first]) => Number(first))
    if (this.keys > 1 || ![value, before, last].every((one) => Number.isInteger(one)))
      return createHash('md5').update(key.join(',')).digest().readUInt32BE(0) % of
    const step = Math.floor((last! - before! - 1) / of) + 1
    return Math.floor((value! - before! - 1) / step)
  }

  #keyOf = (row: Row): Key => row.slice(0, this.keys)

  #shown(row: Row, count: number): ShownRow {
    return {key: this.#keyOf(row), hash: this.#hashOf(row), count, values: [...row]}
  }
}
