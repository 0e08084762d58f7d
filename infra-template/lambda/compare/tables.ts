/** The tables of this database as information_schema describes them. */

import {createHash} from 'node:crypto'
import {Refusal} from '../shared/answer.js'
import type {Session} from '../shared/database.js'
import {formOf, isOrderly, isStored, type ColumnRow} from './columns.js'

/** Described at once: what many tables have to say must fit in an answer of Lambda's (6 MB). */
export const MOST_TABLES = 50

type Row = Record<string, unknown>

export interface Table {
  name: string
  columns: ColumnRow[]
  indexes: Row[]
  /** What tells its rows apart and puts them in order. */
  key: {index: string; columns: ColumnRow[]} | undefined
  /** Of its columns and its key: another one after each change of them. */
  version: string
}

/** Throws `TableChanged` where it is gone, or is not as it was. */
export async function tableNamed(session: Session, name: string, version: string): Promise<Table> {
  const [table] = await tablesNamed(session, [name])
  if (table?.version === version) return table
  throw new Refusal(409, 'TableChanged', table ? 'The table has been altered.' : 'The table is gone.')
}

export async function tablesNamed(session: Session, names: string[]): Promise<Table[]> {
  if (names.length === 0) return []
  const columns = await session.rows<ColumnRow>(
    `SELECT TABLE_NAME AS tableName, COLUMN_NAME AS name, COLUMN_TYPE AS type, DATA_TYPE AS base, IS_NULLABLE AS nullable,
      COLUMN_DEFAULT AS fallback, CHARACTER_SET_NAME AS charset, COLLATION_NAME AS collation, EXTRA AS extra,
      GENERATION_EXPRESSION AS ${'`generated`'}, NUMERIC_PRECISION AS digits, NUMERIC_SCALE AS scale,
      CHARACTER_OCTET_LENGTH AS octets
      FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN (?)
      ORDER BY TABLE_NAME, ORDINAL_POSITION`,
    [names],
  )
  // All columns of it: which there are differs between MySQL and MariaDB.
  const parts = await session.rows<Row>(
    `SELECT * FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN (?)
      ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`,
    [names],
  )
  return names.flatMap((name) => {
    const own = columns.filter(({tableName}) => tableName === name)
    if (own.length === 0) return []
    const indexes = parts.filter((part) => part.TABLE_NAME === name)
    const key = keyOf(own, indexes)
    const version = createHash('sha256')
      .update(JSON.stringify([own, key?.index, key?.columns.map((column) => column.name)]))
      .digest('hex')
      .slice(0, 16)
    return [{name, columns: own, indexes, key, version}]
  })
}

/** The primary key, or else a unique one without NULL, of columns that can be put in order. */
function keyOf(columns: ColumnRow[], indexes: Row[]): Table['key'] {
  const names = [...new Set(indexes.map((part) => String(part.INDEX_NAME)))]
  const ordered = ['PRIMARY', ...names.filter((name) => name !== 'PRIMARY')]
  for (const index of ordered) {
    const parts = indexes.filter((part) => part.INDEX_NAME === index)
    const found = parts.map((part) => columns.find(({name}) => name === part.COLUMN_NAME))
    const usable =
      parts.length > 0 &&
      parts.every((part, at) => {
        const column = found[at]
        return (
          Number(part.NON_UNIQUE) === 0 &&
          part.SUB_PART === null &&
          column?.nullable === 'NO' &&
          isOrderly(column) &&
          isStored(column)
        )
      })
    if (usable) return {index, columns: found as ColumnRow[]}
  }

  return undefined
}

export async function describeTables(
  session: Session,
  after: string,
): Promise<{tables: object[]; next: string | null}> {
  const found = await session.rows<{
    name: string
    engine: string
    collation: string
    format: string
    rows: string | null
    octets: string | null
  }>(
    `SELECT TABLE_NAME AS name, ENGINE AS engine, TABLE_COLLATION AS collation, ROW_FORMAT AS format, TABLE_ROWS AS ${'`rows`'},
      AVG_ROW_LENGTH AS octets
      FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE' AND TABLE_NAME > ?
      ORDER BY TABLE_NAME LIMIT ?`,
    [after, MOST_TABLES],
  )
  const names = found.map(({name}) => name)
  const [tables, constraints] = [await tablesNamed(session, names), await constraintsOf(session, names)]
  return {
    tables: tables.map(({name, columns, indexes, key, version}) => {
      const {engine, collation, format, rows, octets} = found.find((one) => one.name === name)!
      return {
        name,
        version,
        rows: Number(rows ?? 0),
        rowOctets: Number(octets ?? 0),
        key: key?.columns.map((column) => column.name) ?? null,
        options: {engine, collation, rowFormat: format},
        columns: columns.map((column) => columnOf(column)),
        indexes: indexesOf(indexes),
        constraints: constraints.get(name) ?? [],
      }
    }),
    next: names.length < MOST_TABLES ? null : names.at(-1)!,
  }
}

const columnOf = (column: ColumnRow): object => ({
  name: column.name,
  type: column.type,
  nullable: column.nullable === 'YES',
  default: column.fallback,
  charset: column.charset,
  collation: column.collation,
  extra: column.extra,
  generated: column.generated || null,
  form: formOf(column),
  octets: column.octets === null ? null : Number(column.octets),
  compared: isStored(column),
})

function indexesOf(parts: Row[]): object[] {
  return [...new Set(parts.map((part) => String(part.INDEX_NAME)))].map((name) => {
    const own = parts.filter((part) => part.INDEX_NAME === name)
    return {
      name,
      unique: Number(own[0]!.NON_UNIQUE) === 0,
      type: String(own[0]!.INDEX_TYPE),
      hidden: own[0]!.IS_VISIBLE === 'NO' || own[0]!.IGNORED === 'YES',
      columns: own.map((part) => ({
        name: part.COLUMN_NAME ?? part.EXPRESSION ?? null,
        prefix: part.SUB_PART === null ? null : Number(part.SUB_PART),
        descending: part.COLLATION === 'D',
      })),
    }
  })
}

interface Constraint {
  tableName: string
  name: string
}

async function constraintsOf(session: Session, names: string[]): Promise<Map<string, object[]>> {
  const found = new Map<string, object[]>()
  if (names.length === 0) return found
  const add = (table: string, constraint: object): void => {
    found.set(table, [...(found.get(table) ?? []), constraint])
  }

  const foreign = await session.rows<
    Constraint & Record<'to' | 'onUpdate' | 'onDelete' | 'columns' | 'refers', string>
  >(
    `SELECT r.TABLE_NAME AS tableName, r.CONSTRAINT_NAME AS name, r.REFERENCED_TABLE_NAME AS ${'`to`'},
      r.UPDATE_RULE AS onUpdate, r.DELETE_RULE AS onDelete,
      GROUP_CONCAT(k.COLUMN_NAME ORDER BY k.ORDINAL_POSITION) AS ${'`columns`'},
      GROUP_CONCAT(k.REFERENCED_COLUMN_NAME ORDER BY k.ORDINAL_POSITION) AS refers
      FROM information_schema.REFERENTIAL_CONSTRAINTS r JOIN information_schema.KEY_COLUMN_USAGE k
      ON k.CONSTRAINT_SCHEMA = r.CONSTRAINT_SCHEMA AND k.TABLE_NAME = r.TABLE_NAME AND k.CONSTRAINT_NAME = r.CONSTRAINT_NAME
      WHERE r.CONSTRAINT_SCHEMA = DATABASE() AND r.TABLE_NAME IN (?)
      GROUP BY r.TABLE_NAME, r.CONSTRAINT_NAME, r.REFERENCED_TABLE_NAME, r.UPDATE_RULE, r.DELETE_RULE
      ORDER BY r.TABLE_NAME, r.CONSTRAINT_NAME`,
    [names],
  )
  for (const {tableName, name, ...rest} of foreign) add(tableName, {name, type: 'foreign key', ...rest})

  // MariaDB names the table beside the check; MySQL, where a check's name is unique, in TABLE_CONSTRAINTS alone.
  const checks = await session.rows<Row>(
    'SELECT * FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()',
  )
  const owners = await session.rows<Constraint>(
    `SELECT TABLE_NAME AS tableName, CONSTRAINT_NAME AS name FROM information_schema.TABLE_CONSTRAINTS
      WHERE TABLE_SCHEMA = DATABASE() AND CONSTRAINT_TYPE = 'CHECK'`,
  )
  for (const check of checks) {
    const name = String(check.CONSTRAINT_NAME)
    const table = check.TABLE_NAME ?? owners.find((one) => one.name === name)?.tableName
    if (typeof table === 'string' && names.includes(table))
      add(table, {name, type: 'check', clause: String(check.CHECK_CLAUSE)})
  }

  return found
}
