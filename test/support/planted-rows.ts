/** Nine kinds of rows that differ: what is done to the standby, and what must be told. */

import {expect} from 'chai'
import type {RowDifference} from '../../src/actions/drift/result.js'

/** Row 4 has an empty name, and the others `name ID`; `at` is 2026-01-01 12:00:00, `ratio` 16777215 and `doc` {"a": 1}. */
export const COLUMNS = `id INT PRIMARY KEY, name VARCHAR(50) COLLATE utf8mb4_unicode_520_ci NULL, at TIMESTAMP NULL,
  ratio FLOAT NULL, doc JSON NULL`

interface Plant {
  sql: string
  class: RowDifference['class']
  /** Undefined for a row that one side has not. */
  column?: RowDifference['columns'][number]
}

const changed = (
  set: string,
  name: string,
  expected: unknown,
  actual: unknown,
): Omit<Plant, 'sql'> & {set: string} => ({
  set,
  class: 'changed',
  column: {name, expected, actual},
})

/** By key; `extra` is the key of a row that the primary has not. In a session whose time zone is UTC. */
export function plantsOf(table: string, ids: (kind: number) => number, extra: number): Map<number, Plant> {
  const [gone, row, text, time, letter, blank, float, doc] = [1, 3, 4, 5, 6, 7, 8, 9].map((kind) => ids(kind))
  const changes = new Map([
    [blank!, changed(`name = 'name ${blank} '`, 'name', `name ${blank}`, `name ${blank} `)],
    [doc!, changed(`doc = '{"a":1}'`, 'doc', '{"a": 1}', '{"a":1}')],
    [float!, changed('ratio = 16777214', 'ratio', 16_777_215, 16_777_214)],
    [letter!, changed(`name = 'NAMÉ ${letter}'`, 'name', `name ${letter}`, `NAMÉ ${letter}`)],
    [row!, changed("name = 'changed'", 'name', `name ${row}`, 'changed')],
    [text!, changed('name = NULL', 'name', '', null)],
    [time!, changed("at = '2026-01-01 13:00:00'", 'at', '2026-01-01 12:00:00', '2026-01-01 13:00:00')],
  ])
  return new Map<number, Plant>([
    [extra, {sql: `INSERT INTO ${table} VALUES (${extra}, 'extra', NULL, NULL, NULL)`, class: 'extra'}],
    [gone!, {sql: `DELETE FROM ${table} WHERE id = ${gone}`, class: 'missing'}],
    ...[...changes].map(([id, {set, ...rest}]): [number, Plant] => [
      id,
      {sql: `UPDATE ${table} SET ${set} WHERE id = ${id}`, ...rest},
    ]),
  ])
}

/** All of them by key and column, and nothing else. */
export function expectPlanted(found: RowDifference[], table: string, region: string, plants: Map<number, Plant>): void {
  expect(found.map(({subject, region: of, key, class: type}) => [subject, of, key.id, type])).to.have.deep.members(
    [...plants].map(([id, plant]) => [table, region, id, plant.class]),
  )
  for (const {key, columns} of found) {
    const {column} = plants.get(Number(key.id))!
    if (column) expect(columns).to.deep.equal([column])
  }
}
