/** Tables, columns, types, collations, indexes, constraints, grants and migrations of the standby against the primary's. */

import type {Around, Column, Constraint, Index, Table} from '../../ports/tables.js'
import type {FindInput, Kind} from './kind.js'
import type {Difference, ThingDifference} from './result.js'
import {fixOfSchema} from './schema-fix.js'
import type {ShownColumn} from './schema-fix.js'
import {cannotDiffer, sidesOf} from './sides.js'

export const schema: Kind = {
  kind: 'schema',
  appliesTo: cannotDiffer,
  async *find({observation, side, fix, signal}: FindInput): AsyncIterable<Difference> {
    const regions = sidesOf(observation)
    const look = async (region: string): Promise<Schema> => {
      const [tables, around] = await Promise.all([side(region).tables({signal}), side(region).around({signal})])
      return {tables, around}
    }

    const [expected, actual] = await Promise.all([look(regions.expected), look(regions.actual)])
    for (const found of compareSchemas(expected, actual)) {
      const difference = {...found, region: regions.actual}
      yield fix ? {...difference, fix: fixOfSchema(difference)} : difference
    }
  },
}

export interface Schema {
  tables: Table[]
  around: Around
}

type Found = Omit<ThingDifference, 'region'>

/** One difference a subject. Of a table that one side lacks nothing more is said. */
export function compareSchemas(expected: Schema, actual: Schema): Found[] {
  return [
    ...paired(expected.tables, actual.tables).flatMap(([name, left, right]) =>
      left && right ? compareTables(left, right) : of(name, left && summary(left), right && summary(right), TABLE),
    ),
    ...of('migrations', expected.around.migrations, actual.around.migrations, MIGRATIONS),
    ...of('grants', sorted(expected.around.grants), sorted(actual.around.grants), GRANTS),
  ]
}

function compareTables(left: Table, right: Table): Found[] {
  const {name} = left
  const each = <T extends {name: string}>(what: string, lefts: T[], rights: T[], text: string): Found[] =>
    paired(lefts, rights).flatMap(([part, one, other]) => of(`${name}.${what} ${part}`, one, other, text))
  return [
    ...of(name, left.options, right.options, OPTIONS),
    ...each('column', left.columns.map(shownColumn), right.columns.map(shownColumn), COLUMN),
    ...of(`${name}.order of columns`, ...orders(left.columns, right.columns), ORDER),
    ...each<Index>('index', left.indexes, right.indexes, INDEX),
    ...each<Constraint>('constraint', left.constraints, right.constraints, CONSTRAINT),
  ]
}

const TABLE = 'statements that name the table fail in the region that lacks it'
const OPTIONS = 'the table is stored or sorted in another way'
const COLUMN = 'statements that name the column fail or answer something else after a switch'
const ORDER = 'an INSERT that names no columns puts values into the wrong ones'
const INDEX = 'statements that are quick here may be slow there, and a missing unique index lets duplicates in'
const CONSTRAINT = 'rows that one region refuses are taken by the other'
const MIGRATIONS = 'the next migration begins from another state'
const GRANTS = "the API's functions may do other things after a switch"

const NEXT = 'todo-dr drift --schema --fix'

function of(subject: string, expected: unknown, actual: unknown, text: string): Found[] {
  if (JSON.stringify(expected) === JSON.stringify(actual)) return []
  const type = actual === undefined ? 'missing' : expected === undefined ? 'extra' : 'changed'
  return [{kind: 'schema', class: type, subject, expected: expected ?? null, actual: actual ?? null, text, next: NEXT}]
}

/** By name, those of the primary first. */
function paired<T extends {name: string}>(lefts: T[], rights: T[]): [string, T | undefined, T | undefined][] {
  const byName = (all: T[]): Map<string, T> => new Map(all.map((one) => [one.name, one]))
  const [left, right] = [byName(lefts), byName(rights)]
  return [...new Set([...left.keys(), ...right.keys()])].map((name) => [name, left.get(name), right.get(name)])
}

const summary = ({columns, key}: Table): object => ({columns: columns.map(({name, type}) => `${name} ${type}`), key})

const shownColumn = ({form: _, octets: __, compared: ___, ...shown}: Column): ShownColumn => shown

/** Of the columns that both have; undefined on both sides where that is the same. */
function orders(lefts: Column[], rights: Column[]): [string[], string[]] {
  const names = (all: Column[], others: Column[]): string[] =>
    all.map(({name}) => name).filter((name) => others.some((other) => other.name === name))
  return [names(lefts, rights), names(rights, lefts)]
}

const sorted = (texts: string[]): string[] => [...texts].sort()
