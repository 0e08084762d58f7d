/** One small pool a host and user, kept for the life of the execution environment and thrown away when it is spoilt. */

import {createPool, type Pool, type PoolConnection} from 'mysql2/promise'
import type {Deadline} from './deadline.js'
import {environment, type Login} from './environment.js'
import {PORT, accountOf, nameOf} from './login.js'

/** An execution environment serves one request at a time, which reads on two at most; the third is for one that is being torn down. */
const POOL_SIZE = 3
/** The proxy itself waits 2 s for a database connection (its borrow timeout). */
const CONNECT_TIMEOUT_MS = 3000
/** A connection that idled longer (a frozen environment, a quiet night) is tried with a ping before it is trusted. */
const TRUST_IDLE_MS = 1000

const pools = new Map<string, Promise<Pool>>()
const lastUsed = new WeakMap<object, number>()

const keyOf = (host: string, login: Login): string => `${host} ${nameOf(login)}`

/** A live connection before the deadline, or an error after which surely nothing was sent. */
export async function connect(host: string, login: Login, deadline: Deadline): Promise<PoolConnection> {
  const limit = deadline.within(CONNECT_TIMEOUT_MS)
  const pool = await limit.race(poolFor(host, login), () => {})
  const pending = pool.getConnection()
  // Without this, a connection that arrives after its time would be lost to the pool for good.
  const connection = await limit.race(pending, () => {
    pending.then((late) => late.destroy()).catch(() => {})
  })

  const idleSince = lastUsed.get(connection.connection)
  if (idleSince !== undefined && Date.now() - idleSince > TRUST_IDLE_MS) {
    try {
      await limit.race(connection.ping(), () => {})
    } catch (error) {
      connection.destroy()
      throw error
    }
  }

  return connection
}

export function giveBack(connection: PoolConnection): void {
  lastUsed.set(connection.connection, Date.now())
  connection.release()
}

/** Closes the pool behind us; the next connect makes a new one, with the credentials of that moment. */
export function recycle(host: string, login: Login): void {
  const key = keyOf(host, login)
  const pool = pools.get(key)
  pools.delete(key)
  pool?.then((spoilt) => spoilt.end()).catch(() => {})
}

function poolFor(host: string, login: Login): Promise<Pool> {
  const key = keyOf(host, login)
  let pool = pools.get(key)
  if (!pool) {
    pool = makePool(host, login)
    pools.set(key, pool)
    pool.catch(() => pools.delete(key))
  }

  return pool
}

async function makePool(host: string, login: Login): Promise<Pool> {
  return createPool({
    host,
    port: PORT,
    ...(await accountOf(host, login)),
    database: environment.database,
    charset: 'utf8mb4',
    // Node's own authorities, and the certificate must name this very host.
    ssl: {minVersion: 'TLSv1.2', rejectUnauthorized: true, verifyIdentity: true},
    connectionLimit: POOL_SIZE,
    connectTimeout: CONNECT_TIMEOUT_MS,
    supportBigNumbers: true,
    bigNumberStrings: true,
    multipleStatements: false,
  })
}
