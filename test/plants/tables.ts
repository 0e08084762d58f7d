/** Plants in the tables of the standby, by SQL on its own server: no replication can bring them there. */

import type {Ground} from './ground.js'
import {AWAY, HOME} from './plant.js'
import type {Drift, Plant} from './plant.js'

/** Tables to plant in, made on the primary. Rows of `Kinds` have ids from 1 to 300. */
export async function prepareTables(ground: Ground): Promise<void> {
  const rows = Array.from(
    {length: 300},
    (_, index) => `(${index + 1}, '${index === 3 ? '' : `name ${index + 1}`}', ${ROW})`,
  )
  await ground.onPrimary(
    `CREATE TABLE Kinds (id INT PRIMARY KEY, name VARCHAR(50) COLLATE utf8mb4_unicode_520_ci NULL, at TIMESTAMP NULL,
      ratio FLOAT NULL, doc JSON NULL)`,
    `INSERT INTO Kinds VALUES ${rows.join(', ')}`,
    'CREATE TABLE Bag (v VARCHAR(20) NULL)',
    "INSERT INTO Bag VALUES ('a'), ('a'), ('b')",
    `CREATE TABLE Shapes (id INT PRIMARY KEY, a VARCHAR(10) NOT NULL DEFAULT 'x', b INT NOT NULL, c INT NULL, d INT NULL,
      e INT NULL, f INT NULL, INDEX by_b (b), UNIQUE INDEX only_d (d), CONSTRAINT positive CHECK (c > 0))`,
    'CREATE TABLE Letters (v VARCHAR(10) NULL) COLLATE utf8mb4_unicode_520_ci',
    'CREATE TABLE Lost (id INT PRIMARY KEY)',
  )
}

const ROW = `'2026-01-01 12:00:00', 16777215, '{"a": 1}'`

/** One statement there, and one that takes it back. */
const statement = (there: string, back: string) => async (ground: Ground) => {
  await ground.onStandby(there)
  return () => ground.onStandby(back)
}

const COLUMN = 'statements that name the column fail or answer something else after a switch'

const shape = (subject: string, says: string, type = 'changed'): Drift => ({
  kind: 'schema',
  class: type,
  region: AWAY,
  subject,
  says,
  next: 'todo-dr drift --schema --fix',
})

const schema = (name: string, there: string, back: string, ...drift: Drift[]): Plant => ({
  name,
  by: `SQL \`${there}\``,
  make: statement(there, back),
  drift,
  maybe: [
    {
      check: 'gates',
      region: AWAY,
      level: 'problem',
      says: 'a failover would be refused by schema',
      next: 'todo-dr drift --schema --fix',
    },
  ],
})

const FORGOTTEN = '0003-request-id'
const FORGET = `DELETE FROM schema_migrations WHERE name = '${FORGOTTEN}'`

export const SCHEMA_PLANTS: readonly Plant[] = [
  schema(
    'A column has another type',
    'ALTER TABLE Shapes MODIFY b BIGINT NOT NULL',
    'ALTER TABLE Shapes MODIFY b INT NOT NULL',
    shape('Shapes.column b', COLUMN),
  ),
  schema(
    'A column has another default',
    "ALTER TABLE Shapes ALTER a SET DEFAULT 'y'",
    "ALTER TABLE Shapes ALTER a SET DEFAULT 'x'",
    shape('Shapes.column a', COLUMN),
  ),
  schema(
    'A column is missing',
    'ALTER TABLE Shapes DROP COLUMN e',
    'ALTER TABLE Shapes ADD COLUMN e INT NULL AFTER d',
    shape('Shapes.column e', COLUMN, 'missing'),
  ),
  schema(
    'A column more',
    'ALTER TABLE Shapes ADD COLUMN more INT NULL',
    'ALTER TABLE Shapes DROP COLUMN more',
    shape('Shapes.column more', COLUMN, 'extra'),
  ),
  schema(
    'The columns stand in another order',
    'ALTER TABLE Shapes MODIFY f INT NULL AFTER id',
    'ALTER TABLE Shapes MODIFY f INT NULL AFTER d',
    shape('Shapes.order of columns', 'an INSERT that names no columns puts values into the wrong ones'),
  ),
  schema(
    'An index is missing',
    'ALTER TABLE Shapes DROP INDEX by_b',
    'ALTER TABLE Shapes ADD INDEX by_b (b)',
    shape('Shapes.index by_b', 'statements that are quick here may be slow there', 'missing'),
  ),
  schema(
    'A unique index takes duplicates',
    'ALTER TABLE Shapes DROP INDEX only_d, ADD INDEX only_d (d)',
    'ALTER TABLE Shapes DROP INDEX only_d, ADD UNIQUE INDEX only_d (d)',
    shape('Shapes.index only_d', 'a missing unique index lets duplicates in'),
  ),
  schema(
    'A constraint is missing',
    'ALTER TABLE Shapes DROP CONSTRAINT positive',
    'ALTER TABLE Shapes ADD CONSTRAINT positive CHECK (c > 0)',
    shape('Shapes.constraint positive', 'rows that one region refuses are taken by the other', 'missing'),
  ),
  schema(
    'A table has another collation',
    'ALTER TABLE Letters CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
    'ALTER TABLE Letters CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci',
    shape('Letters', 'the table is stored or sorted in another way'),
    shape('Letters.column v', COLUMN),
  ),
  schema(
    'A table is missing',
    'DROP TABLE Lost',
    'CREATE TABLE Lost (id INT PRIMARY KEY)',
    shape('Lost', 'statements that name the table fail in the region that lacks it', 'missing'),
  ),
  schema(
    'A table more',
    'CREATE TABLE Lone (id INT PRIMARY KEY)',
    'DROP TABLE Lone',
    shape('Lone', 'statements that name the table fail in the region that lacks it', 'extra'),
  ),
  {
    name: 'A migration is not recorded',
    by: `SQL \`${FORGET}\``,
    async make(ground) {
      await ground.onStandby('CREATE TABLE kept_migrations AS SELECT * FROM schema_migrations', FORGET)
      return () =>
        ground.onStandby(
          `INSERT INTO schema_migrations SELECT * FROM kept_migrations WHERE name = '${FORGOTTEN}'`,
          'DROP TABLE kept_migrations',
        )
    },
    drift: [
      shape('migrations', 'the next migration begins from another state'),
      shape('kept_migrations', 'statements that name the table fail', 'extra'),
    ],
  },
]

const row = (id: number, type: string, says: string): Drift => ({
  kind: 'rows',
  class: type,
  region: AWAY,
  subject: 'Kinds',
  id,
  says,
  next: 'todo-dr drift --rows --fix',
})

const CHANGED = `${AWAY} holds something else than ${HOME}`

const changed = (id: number, name: string, column: string, value: string, before: string): Plant => {
  const set = (text: string): string => `UPDATE Kinds SET ${column} = ${text} WHERE id = ${id}`
  return {
    name,
    by: `SQL \`${set(value)}\``,
    make: statement(set(value), set(before)),
    drift: [row(id, 'changed', CHANGED)],
  }
}

export const ROW_PLANTS: readonly Plant[] = [
  {
    name: 'A row is missing',
    by: 'SQL `DELETE FROM Kinds WHERE id = 1`',
    make: statement('DELETE FROM Kinds WHERE id = 1', `INSERT INTO Kinds VALUES (1, 'name 1', ${ROW})`),
    drift: [row(1, 'missing', `${HOME} has this row and ${AWAY} has not`)],
  },
  {
    name: 'A row more',
    by: 'SQL `INSERT INTO Kinds ...`',
    make: statement("INSERT INTO Kinds VALUES (1000, 'extra', NULL, NULL, NULL)", 'DELETE FROM Kinds WHERE id = 1000'),
    drift: [row(1000, 'extra', `${AWAY} has this row and ${HOME} has not`)],
  },
  changed(3, 'A value was changed', 'name', "'changed'", "'name 3'"),
  changed(4, 'NULL in place of an empty text', 'name', 'NULL', "''"),
  changed(5, 'A time of another time zone', 'at', "'2026-01-01 13:00:00'", "'2026-01-01 12:00:00'"),
  changed(6, 'Letters that the collation takes for the same', 'name', "'NAMÉ 6'", "'name 6'"),
  changed(7, 'A blank at the end', 'name', "'name 7 '", "'name 7'"),
  changed(8, 'The last digit of a float', 'ratio', '16777214', '16777215'),
  changed(9, 'JSON that is stored in another way', 'doc', `'{"a":1}'`, `'{"a": 1}'`),
  {
    name: 'A row more in a table without a key',
    by: "SQL `INSERT INTO Bag VALUES ('a')`",
    make: statement("INSERT INTO Bag VALUES ('a')", "DELETE FROM Bag WHERE v = 'a' LIMIT 1"),
    drift: [{...row(0, 'extra', 'no key'), subject: 'Bag', id: undefined}],
  },
]
