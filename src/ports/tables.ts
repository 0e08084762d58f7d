/**
 * What a region's own database holds, as its compare function tells it. A method throws `FunctionMissing` where the deployment
 * has no such function, `TableChanged` where a table is gone or is not as it was described, `TooSlow` where a range is too
 * large for one statement, and `Unreachable` where nobody answers.
 */

import type {Region} from '../model/deployment.js'
import type {CallOptions} from './call.js'

export interface Column {
  name: string
  type: string
  nullable: boolean
  default: string | null
  charset: string | null
  collation: string | null
  extra: string
  generated: string | null
  /** How its values travel: `text` and `binary` as hexadecimal digits, the others as the database prints them. */
  form: 'integer' | 'decimal' | 'bit' | 'float' | 'time' | 'text' | 'binary' | 'other'
  /** The most octets of a text or a binary value. */
  octets: number | null
  /** False for what is worked out of other columns at each reading. */
  compared: boolean
}

export interface Index {
  name: string
  unique: boolean
  type: string
  hidden: boolean
  columns: {name: string | null; prefix: number | null; descending: boolean}[]
}

export type Constraint =
  | {name: string; type: 'check'; clause: string}
  | {name: string; type: 'foreign key'; to: string; onUpdate: string; onDelete: string; columns: string; refers: string}

export interface Table {
  name: string
  /** Another one after each change of its columns or its key. */
  version: string
  /** An estimate. */
  rows: number
  /** Of one row, an estimate; 0 where nobody knows. */
  rowOctets: number
  /** The columns that tell its rows apart; null where no key does. */
  key: string[] | null
  options: {engine: string; collation: string; rowFormat: string}
  columns: Column[]
  indexes: Index[]
  constraints: Constraint[]
}

/** What stands around the tables. */
export interface Around {
  /** The migrations that were applied, each with the digest of its file; null where the database keeps no history. */
  migrations: string[] | null
  /** What the account of the API's functions may do. */
  grants: string[]
}

/** The values of the key's columns, in their order. */
export type Key = readonly string[]

/** Above `after` up to and including `upTo`; null is without a bound. */
export interface Range {
  after: Key | null
  upTo: Key | null
}

/** The rows of a range whose keys fall into some of so many buckets. A key falls into the same one in both regions. */
export interface Slice extends Range {
  /** Without them it is all of the range. `steps`: of which range the buckets are steps, where they are; the slice may be a part of it. */
  part?: {of: number; buckets: number[]; steps?: Range}
}

/**
 * How a range is put into so many buckets; into one where it is not. With `steps` by equal steps of its key where that is one integer and
 * both ends are known: an index finds the rows of such a bucket. Else by a digest of the key, which fills them evenly.
 */
export interface Bucketing {
  count: number
  steps: boolean
}

export interface Division {
  range: Range
  every: number
  most: number
}

export interface Sum {
  rows: number
  /** What the digests of the rows fold into. */
  sum: string
  /** The same of each bucket that has rows: its number, rows, sum. Only where they were asked for. */
  buckets?: [bucket: number, rows: number, sum: string][]
}

/** What the primary had at one moment, as its server names it. */
export interface Position {
  server: 'mariadb' | 'mysql'
  set: string
}

export interface Chunk {
  ranges: Range[]
  buckets: Bucketing
  ahead: Division
}

/** One table as one side reads it. */
export interface Scan {
  table: string
  version: string
  columns: readonly string[]
}

export interface ShownRow {
  /** Empty for a table without a key. */
  key: Key
  hash: string
  /** How many rows are like it. */
  count: number
  /** In the order of the scan's columns. Of text and binary: octets, a digest where it is cut, hexadecimal digits, between colons. */
  values: (string | null)[]
}

/** One region's database, or that of a cluster beside. */
export interface Side {
  region: Region
  /** As a person is told of it: the region, or the id of the cluster. */
  name: string
  tables(options?: CallOptions): Promise<Table[]>
  around(options?: CallOptions): Promise<Around>
  /** What this database has by now; null where its server keeps no global transaction ids. */
  position(options?: CallOptions): Promise<Position | null>
  /** Waits up to a second for what another database had. False: it is not here, or nobody can tell. */
  arrived(position: Position, options?: CallOptions): Promise<boolean>
  /** With more than one bucket, of each bucket too. */
  sums(scan: Scan, ranges: Range[], buckets: Bucketing, options?: CallOptions): Promise<Sum[]>
  /** The sums of these ranges and, found in the same time, the boundaries of what comes next. */
  chunk(scan: Scan, question: Chunk, options?: CallOptions): Promise<{sums: Sum[]; ahead: Key[]}>
  /** Of each range every `every`th key, `most` of them at the most: fewer where the range ends before. */
  boundaries(scan: Scan, divisions: Division[], options?: CallOptions): Promise<Key[][]>
  /**
   * Key and digest of the rows of each slice, `most` in all: a list that would be beyond that is cut, and later ones are not there.
   * Those of a single slice are in the order of the key.
   */
  hashes(scan: Scan, slices: Slice[], most: number, options?: CallOptions): Promise<[Key, string][][]>
  rows(scan: Scan, keys: readonly Key[], options?: CallOptions): Promise<ShownRow[]>
  /** Of a table without a key: what its rows come to, by the first digits of their digests. */
  bags(scan: Scan, options?: CallOptions): Promise<[string, Sum][]>
  /** How many rows there are of each digest in these bags, of the first `most` digests. */
  digests(scan: Scan, bags: string[], most: number, options?: CallOptions): Promise<[string, number][]>
  /** One row of each of these digests. */
  alike(scan: Scan, hashes: string[], options?: CallOptions): Promise<ShownRow[]>
}

/** The most ranges that one question names. */
export const MOST_RANGES = 512
/** The most buckets of one range. */
export const MOST_BUCKETS = 256
/** The most rows that `rows` and `alike` give at once. */
export const MOST_ROWS = 500
/** The most digests that `hashes` and `digests` give at once. */
export const MOST_HASHES = 5000
