/** Values as they travel, and as a result or a statement shows them. Pure. */

import type {Column, Key, ShownRow} from '../../../ports/tables.js'
import {quoted, textOf} from '../sql.js'
import type {RowDifference} from '../result.js'

const UTF8 = /^(?:utf8|utf8mb3|utf8mb4|ascii)$/

/** Numbers where JSON holds them exactly, text where it is text, and `0x` with hexadecimal digits for bytes. */
function shown({form, charset}: Column, value: string): number | string {
  switch (form) {
    case 'integer':
    case 'bit': {
      return Number.isSafeInteger(Number(value)) ? Number(value) : value
    }

    // JSON has no minus nought.
    case 'float': {
      return value === '-0' ? value : Number(value)
    }

    case 'text': {
      return decoded(value, charset ?? '') ?? `0x${value}`
    }

    case 'binary': {
      return `0x${value}`
    }

    default: {
      return value
    }
  }
}

/** Undefined where the bytes are no text of the column's character set, or of one that is not known here. */
function decoded(hex: string, charset: string): string | undefined {
  const label = UTF8.test(charset) ? 'utf8' : charset === 'latin1' ? 'windows-1252' : undefined
  if (label === undefined) return undefined
  try {
    return new TextDecoder(label, {fatal: true, ignoreBOM: true}).decode(Buffer.from(hex, 'hex'))
  } catch {
    return undefined
  }
}

const travels = ({form}: Column): boolean => form === 'text' || form === 'binary'

/** A value of a row: text and bytes come as octets, a digest where they are cut, and hexadecimal digits. */
export function valueOf(column: Column, value: string | null): unknown {
  if (value === null) return null
  if (!travels(column)) return shown(column, value)
  const [octets, digest, hex] = value.split(':') as [string, string, string]
  const text = shown(column, hex)
  return digest === '' ? text : `${text}… (${Number(octets).toLocaleString('en-US')} bytes, SHA-256 ${digest})`
}

/** Without the number that a key of the type ENUM or SET has before its text. */
const keyPart = ({form}: Column, value: string): string =>
  form === 'text' ? value.slice(value.indexOf(':') + 1) : value

export const keyOf = (columns: readonly Column[], key: Key): Record<string, unknown> =>
  Object.fromEntries(columns.map((column, index) => [column.name, shown(column, keyPart(column, key[index]!))]))

/** The columns in which two rows differ; all of them where one is not there. */
export function columnsOf(
  columns: readonly Column[],
  expected: ShownRow | undefined,
  actual: ShownRow | undefined,
): RowDifference['columns'] {
  return columns.flatMap((column, index) => {
    const [left, right] = [expected?.values[index], actual?.values[index]]
    if (left === right) return []
    return [
      {
        name: column.name,
        expected: left === undefined ? null : valueOf(column, left),
        actual: right === undefined ? null : valueOf(column, right),
      },
    ]
  })
}

/** All columns of a row of a table without a key, on the side that has more of it. */
export const wholeRow = (columns: readonly Column[], row: ShownRow, isExpected: boolean): RowDifference['columns'] =>
  isExpected ? columnsOf(columns, row, undefined) : columnsOf(columns, undefined, row)

/** As SQL writes it; undefined where the value is cut. */
function literal(column: Column, value: string | null): string | undefined {
  if (value === null) return 'NULL'
  if (!travels(column)) return ['integer', 'decimal', 'bit', 'float'].includes(column.form) ? value : textOf(value)
  const [, digest, hex] = value.split(':') as [string, string, string]
  return digest === '' ? hexLiteral(column, hex) : undefined
}

const hexLiteral = (column: Column, hex: string): string => {
  const text = column.form === 'text' ? decoded(hex, column.charset ?? '') : undefined
  return text === undefined ? `X'${hex}'` : textOf(text)
}

/** The statement that makes the row `actual` what `expected` is. */
export function fixOfRow(
  {table, key, columns}: {table: string; key: readonly Column[] | null; columns: readonly Column[]},
  expected: ShownRow | undefined,
  actual: ShownRow | undefined,
): string {
  const row = expected ?? actual
  if (key === null || !row) return `-- ${table} has no key: copy the row by hand`
  const where = key
    .map((column, index) => {
      const value = keyPart(column, row.key[index]!)
      const text = travels(column) ? hexLiteral(column, value) : literal(column, value)
      return `${quoted(column.name)} = ${text}`
    })
    .join(' AND ')
  if (!expected) return `DELETE FROM ${quoted(table)} WHERE ${where};`
  const changed = columns
    .map((column, index) => ({name: quoted(column.name), value: literal(column, expected.values[index]!), index}))
    .filter(({index}) => expected.values[index] !== actual?.values[index])
  if (changed.some(({value}) => value === undefined))
    return `-- a value of the row WHERE ${where} of ${quoted(table)} is too long to be printed: copy it by hand`
  if (!actual)
    return `INSERT INTO ${quoted(table)} (${changed.map(({name}) => name).join(', ')}) VALUES (${changed.map(({value}) => value).join(', ')});`
  return `UPDATE ${quoted(table)} SET ${changed.map(({name, value}) => `${name} = ${value}`).join(', ')} WHERE ${where};`
}
