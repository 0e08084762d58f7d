/** Direct SQL to a lab database, past proxy and handlers: the truth that measured results are held against. */

import {readFileSync} from 'node:fs'
import mysql, {type Connection} from 'mysql2/promise'
import type {LabStatus} from './cli.js'

/** A session of the lab's administrator. The caller destroys it. */
export function connect(status: LabStatus, region: string): Promise<Connection> {
  const {database} = status.regions.find((one) => one.region === region)!
  return mysql.createConnection({
    host: database.host,
    port: database.port,
    user: database.user,
    password: readFileSync(database.passwordFile, 'utf8').trim(),
    database: database.name,
    connectTimeout: 5000,
  })
}

/** One statement in a session of its own. */
export async function query<Row>(
  status: LabStatus,
  region: string,
  sql: string,
  parameters: unknown[] = [],
): Promise<Row[]> {
  const connection = await connect(status, region)
  try {
    const [rows] = await connection.query(sql, parameters)
    return rows as Row[]
  } finally {
    connection.destroy()
  }
}

/** Every request id that the region's database holds. */
export const requestIds = async (status: LabStatus, region: string): Promise<Set<string>> =>
  new Set(
    (await query<{RequestId: string}>(status, region, 'SELECT RequestId FROM ToDos WHERE RequestId IS NOT NULL')).map(
      (row) => row.RequestId,
    ),
  )
