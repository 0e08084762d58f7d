/**
 * What a column holds, and the SQL that writes its values down so that two that differ in any way are never written alike:
 * text by its bytes (case, accents and trailing blanks that a collation takes for equal), a float with all its digits, a
 * time in UTC.
 */

import {badRequest} from '../shared/answer.js'

/** A row of information_schema.COLUMNS. */
export interface ColumnRow {
  tableName: string
  name: string
  type: string
  base: string
  nullable: string
  fallback: string | null
  charset: string | null
  collation: string | null
  extra: string
  generated: string | null
  digits: number | null
  scale: number | null
  octets: number | string | null
}

/** `text` and `binary` travel as hexadecimal digits, the others as the database prints them. */
export type Form = 'integer' | 'decimal' | 'bit' | 'float' | 'time' | 'text' | 'binary' | 'other'

const FORMS: Record<Form, string> = {
  integer: 'tinyint smallint mediumint int bigint year',
  decimal: 'decimal',
  bit: 'bit',
  float: 'float double',
  time: 'date time datetime timestamp',
  text: 'char varchar tinytext text mediumtext longtext enum set json',
  binary:
    'binary varbinary tinyblob blob mediumblob longblob geometry point linestring polygon multipoint multilinestring multipolygon geometrycollection geomcollection vector',
  other: '',
}
const FORM_OF = new Map(
  Object.entries(FORMS).flatMap(([form, bases]) => bases.split(' ').map((base) => [base, form as Form] as const)),
)

export const formOf = ({base}: Pick<ColumnRow, 'base'>): Form => FORM_OF.get(base.toLowerCase()) ?? 'other'

/** A name between backticks. mysql2's `??` would take a dot in it for two names. */
export const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``

/** What is worked out of other columns at each reading has no value of its own. */
export const isStored = ({extra}: ColumnRow): boolean => !/virtual generated/i.test(extra)

/** Above so many octets a value's digest stands for it: no concatenation grows beyond what a server builds. */
const MOST_OCTETS = 4096

const asText = ({base, name}: ColumnRow): string =>
  base === 'json' ? `CAST(${quoted(name)} AS CHAR CHARACTER SET utf8mb4)` : quoted(name)

/** A column that is neither text nor bytes, as text of digits, points, signs and letters: never a comma. NULL where it is NULL. */
function printed(column: ColumnRow): string {
  const name = quoted(column.name)
  switch (formOf(column)) {
    case 'bit': {
      return `${name} + 0`
    }

    // A FLOAT is printed with six digits, a DOUBLE with all that it needs.
    case 'float': {
      return `${name} * 1e0`
    }

    case 'other': {
      return `HEX(CAST(${name} AS CHAR))`
    }

    default: {
      return name
    }
  }
}

/** `sql`, or N for NULL, which no value is printed as. */
const orN = ({nullable}: ColumnRow, sql: string): string => (nullable === 'YES' ? `IFNULL(${sql}, 'N')` : sql)

/**
 * What CONCAT_WS, which leaves NULL out, puts between commas for a column. Text and bytes follow their length as they are, so that
 * nothing in them is taken for the next column; hexadecimal digits would be twice as much to digest.
 */
function writtenDown(column: ColumnRow): string[] {
  if (!['binary', 'text'].includes(formOf(column))) return [orN(column, printed(column))]
  const value = asText(column)
  if (Number(column.octets ?? MOST_OCTETS + 1) > MOST_OCTETS) return [orN(column, `SHA1(${value})`)]
  return [orN(column, `LENGTH(${value})`), `CAST(${value} AS BINARY)`]
}

/**
 * The digest of a row: 64 bits of SHA-1 as hexadecimal digits. Two rows that differ have the same one with a probability of 2^-64,
 * as have two ranges that differ. SHA-1, and not MD5 or CRC32: processors compute it in half MD5's time, and CRC32 is linear, so that
 * folded with XOR it does not see two rows that exchange a value.
 */
export const rowHash = (columns: readonly ColumnRow[]): string =>
  `LEFT(SHA1(CONCAT_WS(',', ${columns.flatMap((column) => writtenDown(column)).join(', ')})), 16)`

export const asNumber = (hash: string): string => `CAST(CONV(${hash}, 16, 10) AS UNSIGNED)`

/** Characters of a long value that are shown. */
const SHOWN = 256

/** A column's value for a person. Of text and binary: octets, a digest where it is cut, and the first of it, between colons. */
export function shownValue(column: ColumnRow): string {
  const form = formOf(column)
  const name = asText(column)
  if (form === 'text' || form === 'binary')
    return `CONCAT(LENGTH(${name}), ':', IF(CHAR_LENGTH(${name}) > ${SHOWN}, SHA2(${name}, 256), ''), ':', HEX(LEFT(${name}, ${SHOWN})))`
  return `CAST(${form === 'other' ? name : printed(column)} AS CHAR)`
}

/** A column of more values than this has too many to be named one by one. */
const MOST_NAMED = 512

/** The highest number of a value of an ENUM or a SET, which are numbers that have a text. 0 is the empty text. */
function lastNumber({base, type}: ColumnRow): number {
  const members = type.match(/'(?:[^']|'')*'/g)?.length ?? 0
  return base === 'set' ? 2 ** members - 1 : members
}

const isNamed = ({base}: ColumnRow): boolean => base === 'enum' || base === 'set'

/** Whether rows can be put into the order of this column, and a value of it found again. */
export const isOrderly = (column: ColumnRow): boolean =>
  formOf(column) !== 'other' && column.base !== 'json' && !(isNamed(column) && lastNumber(column) > MOST_NAMED)

/** A value of a key as it travels. That of an ENUM or a SET is its number, by which an index is in order, with its text after a colon. */
export function keyValue(column: ColumnRow): string {
  if (isNamed(column)) return `CONCAT(${quoted(column.name)} + 0, ':', HEX(${quoted(column.name)}))`
  const form = formOf(column)
  if (form === 'text' || form === 'binary') return `HEX(${quoted(column.name)})`
  return `CAST(${printed(column)} AS CHAR)`
}

/** A placeholder for such a value, of the column's own type and collation, so that the index is used. */
function placeholder(column: ColumnRow): string {
  switch (formOf(column)) {
    case 'integer':
    case 'bit': {
      return `CAST(? AS ${/unsigned/i.test(column.type) || column.base === 'bit' ? 'UNSIGNED' : 'SIGNED'})`
    }

    case 'decimal': {
      return `CAST(? AS DECIMAL(${Number(column.digits)}, ${Number(column.scale)}))`
    }

    // Printed with all digits, it is found again: a FLOAT, too, is compared as a DOUBLE.
    case 'float': {
      return 'CAST(? AS DOUBLE)'
    }

    case 'text': {
      return `CONVERT(UNHEX(?) USING ${word(column.charset)}) COLLATE ${word(column.collation)}`
    }

    case 'binary': {
      return 'UNHEX(?)'
    }

    default: {
      return '?'
    }
  }
}

/** Of information_schema, and yet looked at before it becomes a part of a statement. */
function word(name: string | null): string {
  if (!name || !/^\w+$/.test(name))
    throw badRequest('UnknownCharset', 'The key has a collation that is not understood.')
  return name
}

export interface Condition {
  sql: string
  values: string[]
}

const and = (conditions: Condition[]): Condition => ({
  sql: conditions.map(({sql}) => sql).join(' AND '),
  values: conditions.flatMap(({values}) => values),
})
const or = (conditions: Condition[]): Condition => ({
  sql: `(${conditions.map(({sql}) => `(${sql})`).join(' OR ')})`,
  values: conditions.flatMap(({values}) => values),
})
const compared = (column: ColumnRow, sign: Sign, value: string): Condition =>
  isNamed(column)
    ? {sql: named(column, sign, Number.parseInt(value, 10)), values: []}
    : {sql: `${quoted(column.name)} ${sign} ${placeholder(column)}`, values: [value]}

/**
 * By the numbers themselves: an index is in their order, and yet neither MySQL nor MariaDB uses it for anything but equality, since
 * such a column is compared as the text that it has.
 */
function named(column: ColumnRow, sign: Sign, number: number): string {
  const all = Array.from({length: lastNumber(column) + 1}, (_, index) => index)
  const numbers = all.filter((one) => SIGNS[sign](one, number))
  return numbers.length === 0 ? 'FALSE' : `${quoted(column.name)} IN (${numbers.join(', ')})`
}

const SIGNS = {
  '=': (one: number, other: number) => one === other,
  '<': (one: number, other: number) => one < other,
  '<=': (one: number, other: number) => one <= other,
  '>': (one: number, other: number) => one > other,
}
type Sign = keyof typeof SIGNS

const equal = (key: readonly ColumnRow[], values: readonly string[]): Condition[] =>
  key.map((column, index) => compared(column, '=', values[index]!))

/** Spelt out column by column: neither MySQL nor MariaDB uses an index for `(a, b) > (?, ?)`. */
function beyond(key: readonly ColumnRow[], values: readonly string[], sign: '<' | '>', ofLast: Sign): Condition {
  return or(
    key.map((column, index) => {
      const last = index === key.length - 1
      return and([...equal(key.slice(0, index), values), compared(column, last ? ofLast : sign, values[index]!)])
    }),
  )
}

/** Above `after` up to and including `upTo`; null is without a bound. */
export interface Range {
  after: string[] | null
  upTo: string[] | null
}

export function within(key: readonly ColumnRow[], {after, upTo}: Range): Condition {
  const bounds = [...(after ? [beyond(key, after, '>', '>')] : []), ...(upTo ? [beyond(key, upTo, '<', '<=')] : [])]
  return bounds.length === 0 ? {sql: 'TRUE', values: []} : and(bounds)
}

/** How rows are put into buckets, by their keys alone: into the same ones in both regions. */
interface Buckets {
  /** The number of a row's bucket, from 0. */
  sql: string
  /** Whether a row is in one of these buckets. */
  among(numbers: readonly number[]): string
}

const bucketsByDigest = (key: readonly ColumnRow[], count: number): Buckets => {
  const sql = `CRC32(CONCAT_WS(',', ${key.flatMap((column) => writtenDown(column)).join(', ')})) % ${count}`
  return {sql, among: (numbers) => `${sql} IN (${numbers.join(', ')})`}
}

/** The difference of two values must be one that a server can work out. */
const MOST_SPAN = 2n ** 63n

/**
 * By equal steps of the key, so that the rows of a bucket stand together and an index finds them: of a digest all keys of the range are
 * read. Undefined where the key is not one integer, or the range has an end that nobody knows.
 */
function bucketsBySteps(key: readonly ColumnRow[], {after, upTo}: Range, count: number): Buckets | undefined {
  const [column, ...others] = key
  const ends = [after?.[0] ?? '', upTo?.[0] ?? '']
  if (!column || others.length > 0 || formOf(column) !== 'integer' || !ends.every((end) => /^-?\d+$/.test(end)))
    return undefined
  const [first, last] = [BigInt(ends[0]!) + 1n, BigInt(ends[1]!)]
  if (last < first || last - first >= MOST_SPAN) return undefined
  const step = (last - first) / BigInt(count) + 1n
  const name = quoted(column.name)
  const rowsOf = (number: number): string => {
    const from = first + BigInt(number) * step
    return from > last ? 'FALSE' : `${name} BETWEEN ${from} AND ${from + step > last ? last : from + step - 1n}`
  }

  return {
    sql: `(${name} - (${first})) DIV ${step}`,
    among: (numbers) => `(${numbers.map((number) => rowsOf(number)).join(' OR ')})`,
  }
}

/** `steps`: the range whose key is divided into equal steps, where it can be; else buckets are those of a digest. */
export const bucketsOf = (key: readonly ColumnRow[], count: number, steps?: Range): Buckets =>
  (steps && bucketsBySteps(key, steps, count)) ?? bucketsByDigest(key, count)

export const anyOf = (key: readonly ColumnRow[], keys: readonly string[][]): Condition =>
  or(keys.map((values) => and(equal(key, values))))
