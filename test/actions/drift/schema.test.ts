import {expect} from 'chai'
import {compareSchemas} from '../../../src/actions/drift/schema.js'
import type {Schema} from '../../../src/actions/drift/schema.js'
import {fixOfSchema} from '../../../src/actions/drift/schema-fix.js'
import type {Column, Constraint, Index, Table} from '../../../src/ports/tables.js'

const column = (name: string, change: Partial<Column> = {}): Column => ({
  name,
  type: 'varchar(50)',
  nullable: true,
  default: null,
  charset: 'utf8mb4',
  collation: 'utf8mb4_bin',
  extra: '',
  generated: null,
  form: 'text',
  octets: 200,
  compared: true,
  ...change,
})

const index = (name: string, names: string[], change: Partial<Index> = {}): Index => ({
  name,
  unique: false,
  type: 'BTREE',
  hidden: false,
  columns: names.map((one) => ({name: one, prefix: null, descending: false})),
  ...change,
})

const table = (change: Partial<Table> = {}): Table => ({
  name: 't',
  version: 'v',
  rows: 1,
  key: ['a'],
  rowOctets: 0,
  options: {engine: 'InnoDB', collation: 'utf8mb4_bin', rowFormat: 'Dynamic'},
  columns: [column('a', {nullable: false}), column('b'), column('c')],
  indexes: [index('PRIMARY', ['a'], {unique: true})],
  constraints: [],
  ...change,
})

const schema = (tables: Table[], around: Partial<Schema['around']> = {}): Schema => ({
  tables,
  around: {migrations: ['1'], grants: ['GRANT SELECT'], ...around},
})

const check: Constraint = {name: 'positive', type: 'check', clause: '`a` > 0'}
const foreign: Constraint = {
  name: 'owner',
  type: 'foreign key',
  to: 'people',
  onUpdate: 'RESTRICT',
  onDelete: 'CASCADE',
  columns: 'b,c',
  refers: 'x,y',
}

/** Each difference as its class, its subject and the statements that remove it. */
const told = (expected: Schema, actual: Schema): string[] =>
  compareSchemas(expected, actual).map((found) =>
    [found.class, found.subject, ...fixOfSchema({...found, region: 'away'})].join(' | '),
  )

describe('drift: schema', () => {
  it('is silent where nothing differs, whatever the next AUTO_INCREMENT, the versions and the estimates are', () => {
    expect(told(schema([table()]), schema([table({version: 'w', rows: 9})]))).to.deep.equal([])
  })

  const CASES: [what: string, change: Partial<Table>, told: string[]][] = [
    [
      'a missing column',
      {columns: [column('a', {nullable: false}), column('b')]},
      [
        'missing | t.column c | ALTER TABLE `t` ADD COLUMN `c` varchar(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL;',
      ],
    ],
    [
      'an additional column',
      {columns: [...table().columns, column('d')]},
      ['extra | t.column d | ALTER TABLE `t` DROP COLUMN `d`;'],
    ],
    [
      'a type and a default',
      {columns: [column('a', {nullable: false}), column('b', {type: 'varchar(40)', default: "'x'"}), column('c')]},
      [
        'changed | t.column b | ALTER TABLE `t` MODIFY COLUMN `b` varchar(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL;',
      ],
    ],
    [
      'the order of columns',
      {columns: [column('a', {nullable: false}), column('c'), column('b')]},
      ['changed | t.order of columns | -- no statement of one line does it: compare SHOW CREATE TABLE of both regions'],
    ],
    [
      'an additional index',
      {indexes: [...table().indexes, index('by_b', ['b'])]},
      ['extra | t.index by_b | ALTER TABLE `t` DROP INDEX `by_b`;'],
    ],
    [
      'a key that is not unique',
      {indexes: [index('PRIMARY', ['a', 'b'], {unique: true})]},
      ['changed | t.index PRIMARY | ALTER TABLE `t` DROP PRIMARY KEY, ADD PRIMARY KEY (`a`);'],
    ],
    [
      'an additional check',
      {constraints: [check]},
      ['extra | t.constraint positive | ALTER TABLE `t` DROP CONSTRAINT `positive`;'],
    ],
    [
      'a collation of the table',
      {options: {...table().options, collation: 'utf8mb4_general_ci'}},
      ['changed | t | -- no statement of one line does it: compare SHOW CREATE TABLE of both regions'],
    ],
  ]
  for (const [what, change, expected] of CASES)
    it(`names ${what} of the standby, and the statement`, () => {
      expect(told(schema([table()]), schema([table(change)]))).to.deep.equal(expected)
    })

  it('adds what the standby lacks', () => {
    const expected = schema([
      table({
        indexes: [...table().indexes, index('by_b', ['b'], {columns: [{name: 'b', prefix: 10, descending: true}]})],
        constraints: [check, foreign],
      }),
    ])
    expect(told(expected, schema([table()]))).to.deep.equal([
      'missing | t.index by_b | ALTER TABLE `t` ADD INDEX `by_b` (`b`(10) DESC);',
      'missing | t.constraint positive | ALTER TABLE `t` ADD CONSTRAINT `positive` CHECK (`a` > 0);',
      'missing | t.constraint owner | ALTER TABLE `t` ADD CONSTRAINT `owner` FOREIGN KEY (`b`, `c`) REFERENCES `people` (`x`, `y`) ON UPDATE RESTRICT ON DELETE CASCADE;',
    ])
  })

  it('says of a table that one side lacks nothing more, and compares migrations and grants', () => {
    const found = compareSchemas(schema([table()]), schema([], {migrations: [], grants: []}))
    expect(found.map(({class: type, subject}) => `${type} ${subject}`)).to.deep.equal([
      'missing t',
      'changed migrations',
      'changed grants',
    ])
  })
})
