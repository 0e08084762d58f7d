/** The statements that make the standby's tables what the primary's are. They are printed, and run by nobody. Pure. */

import type {Column, Constraint, Index} from '../../ports/tables.js'
import type {ThingDifference} from './result.js'
import {quoted, textOf} from './sql.js'

/** So much of a column as two regions must agree on. */
export type ShownColumn = Omit<Column, 'form' | 'octets' | 'compared'>

const AROUND: Record<string, string> = {
  migrations: '-- run the migrations that the primary has there, too',
  grants: "-- compare SHOW GRANTS of the functions' account in both regions",
}

const BY_HAND = '-- no statement of one line does it: compare SHOW CREATE TABLE of both regions'

export function fixOfSchema({subject, class: type, expected}: ThingDifference): string[] {
  const [, table, what, name] = /^(.*)\.(column|index|constraint) (.*)$/.exec(subject) ?? []
  if (table === undefined || name === undefined) return [AROUND[subject] ?? BY_HAND]
  const alter = (change: string): string => `ALTER TABLE ${quoted(table)} ${change};`
  const gone = type === 'extra'
  switch (what) {
    case 'column': {
      if (gone) return [alter(`DROP COLUMN ${quoted(name)}`)]
      const column = expected as ShownColumn
      return column.generated
        ? [BY_HAND]
        : [alter(`${type === 'missing' ? 'ADD' : 'MODIFY'} COLUMN ${definition(column)}`)]
    }

    case 'index': {
      const drop = name === 'PRIMARY' ? 'DROP PRIMARY KEY' : `DROP INDEX ${quoted(name)}`
      const add = gone ? undefined : addIndex(expected as Index)
      if (!gone && add === undefined) return [BY_HAND]
      return [alter([...(type === 'missing' ? [] : [drop]), ...(add === undefined ? [] : [add])].join(', '))]
    }

    default: {
      const drop = `DROP CONSTRAINT ${quoted(name)}`
      const add = gone ? undefined : addConstraint(expected as Constraint)
      return [...(type === 'missing' ? [] : [alter(drop)]), ...(add === undefined ? [] : [alter(add)])]
    }
  }
}

function definition({name, type, charset, collation, nullable, default: fallback, extra}: ShownColumn): string {
  // MySQL tells a default that is an expression by its extra; MariaDB puts texts between quotes itself.
  const isExpression =
    /default_generated/i.test(extra) || (fallback !== null && /^(?:NULL|'.*'|[\w ]+\(.*\))$/is.test(fallback))
  return [
    quoted(name),
    type,
    ...(charset ? [`CHARACTER SET ${charset}`] : []),
    ...(collation ? [`COLLATE ${collation}`] : []),
    nullable ? 'NULL' : 'NOT NULL',
    ...(fallback === null ? [] : [`DEFAULT ${isExpression ? fallback : textOf(fallback)}`]),
    ...[extra.replaceAll(/default_generated/gi, '').trim()].filter(Boolean),
  ].join(' ')
}

function addIndex({name, unique, type, columns}: Index): string | undefined {
  if (columns.some((column) => column.name === null || column.name.includes('('))) return undefined
  const parts = columns.map(
    ({name: column, prefix, descending}) =>
      `${quoted(column!)}${prefix === null ? '' : `(${prefix})`}${descending ? ' DESC' : ''}`,
  )
  const special = ['FULLTEXT', 'SPATIAL'].find((one) => one === type)
  const words =
    name === 'PRIMARY' ? 'PRIMARY KEY' : `${special ? `${special} ` : unique ? 'UNIQUE ' : ''}INDEX ${quoted(name)}`
  return `ADD ${words} (${parts.join(', ')})`
}

function addConstraint(constraint: Constraint): string {
  const start = `ADD CONSTRAINT ${quoted(constraint.name)}`
  if (constraint.type === 'check') return `${start} CHECK (${constraint.clause})`
  const {columns, to, refers, onUpdate, onDelete} = constraint
  const list = (names: string): string => names.split(',').map(quoted).join(', ')
  return `${start} FOREIGN KEY (${list(columns)}) REFERENCES ${quoted(to)} (${list(refers)}) ON UPDATE ${onUpdate} ON DELETE ${onDelete}`
}
