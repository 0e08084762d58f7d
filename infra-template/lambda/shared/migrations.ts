/**
 * The sample's own table, forward only. Each step may run again over what it has half done (DDL commits by itself), on
 * Aurora MySQL 3 and on MariaDB 10.11 alike.
 */

import type {Session} from './database.js'
import {hasTable, historyOf, makeHistory} from './history.js'

export interface Migration {
  id: string
  apply(session: Session): Promise<void>
}

/** The one collation of utf8mb4 that is newer than 2005 and that MySQL 8.0 and MariaDB both have. */
const CHARSET = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci'

const COLUMNS = {
  id: 'id BIGINT NOT NULL AUTO_INCREMENT',
  created: 'CreatedTime TIMESTAMP(3) NULL DEFAULT CURRENT_TIMESTAMP(3)',
  status: `Status VARCHAR(50) ${CHARSET} NULL`,
  task: `Task VARCHAR(500) ${CHARSET} NULL`,
}

export const MIGRATIONS: Migration[] = [
  {
    id: '0001-create-todos',
    async apply(session) {
      await session.change(
        `CREATE TABLE IF NOT EXISTS ToDos (${Object.values(COLUMNS).join(', ')}, PRIMARY KEY (id)) ENGINE=InnoDB ${CHARSET}`,
      )
    },
  },
  {
    // A table of the original sample has utf8mb3 in 50 characters and ids of 32 bits; on one of ours this changes nothing.
    id: '0002-widen-and-utf8mb4',
    async apply(session) {
      const {id, created, status, task} = COLUMNS
      await session.change(
        `ALTER TABLE ToDos CONVERT TO ${CHARSET}, MODIFY ${id}, MODIFY ${created}, MODIFY ${status}, MODIFY ${task}`,
      )
    },
  },
  {
    id: '0003-request-id',
    async apply(session) {
      if (!(await exists(session, 'COLUMNS', 'COLUMN_NAME', 'RequestId'))) {
        await session.change(
          'ALTER TABLE ToDos ADD COLUMN RequestId VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL',
        )
      }

      if (!(await exists(session, 'STATISTICS', 'INDEX_NAME', 'ToDos_RequestId'))) {
        await session.change('ALTER TABLE ToDos ADD UNIQUE KEY ToDos_RequestId (RequestId)')
      }
    },
  },
]

async function exists(
  session: Session,
  view: 'COLUMNS' | 'STATISTICS',
  column: string,
  name: string,
): Promise<boolean> {
  const rows = await session.rows(
    `SELECT 1 AS found FROM information_schema.${view} WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'ToDos' AND ${column} = ?`,
    [name],
  )
  return rows.length > 0
}

/** Applies what is missing, in order, and returns the ids of what it applied. */
export async function migrate(session: Session): Promise<string[]> {
  await makeHistory(session)
  await takeOverHistory(session)
  const known = new Set((await historyOf(session)).map(({name}) => name))
  const missing = MIGRATIONS.filter(({id}) => !known.has(id))
  for (const migration of missing) {
    await migration.apply(session)
    await record(session, 'SELECT ?, CURRENT_TIMESTAMP(3)', [migration.id])
  }

  return missing.map(({id}) => id)
}

/** What earlier versions of this function kept elsewhere: run again, a step would copy a whole table for nothing. */
async function takeOverHistory(session: Session): Promise<void> {
  if (!(await hasTable(session, 'SchemaMigrations'))) return
  await record(session, 'SELECT Id, AppliedAt FROM SchemaMigrations')
  await session.change('DROP TABLE SchemaMigrations')
}

/** `source` selects the name and the time. */
async function record(session: Session, source: string, values: unknown[] = []): Promise<void> {
  await session.change(
    `INSERT IGNORE INTO schema_migrations (statements, done, applied_by, name, applied_at) SELECT 1, 1, 'CREATE_TABLE', built.* FROM (${source}) AS built`,
    values,
  )
}
