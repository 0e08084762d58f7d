/**
 * Not exposed by the API; the only function that holds the master secret. `{"action": "CREATE_TABLE"}` migrates the table
 * and sets the functions' user up with the current secret (so that calling it again applies a rotated one), beside one that logs in by
 * tokens where the template has it;
 * `{"action": "SEED"}` inserts the ToDos 1 to 10 where they are absent; `{"action": "MIGRATE", ...}` applies one migration of
 * the project, and `{"action": "MIGRATIONS"}` tells those that this region has. All may be called again.
 */

import {badRequest, Refusal, unavailable, type Answer} from './shared/answer.js'
import {recycle} from './shared/connections.js'
import {write, type Session} from './shared/database.js'
import type {Deadline} from './shared/deadline.js'
import {environment, type Login} from './shared/environment.js'
import {historyOf} from './shared/history.js'
import {log} from './shared/log.js'
import {migrateFile, parseMigration, type FileMigration} from './shared/migrate-file.js'
import {migrate} from './shared/migrations.js'
import {credentials, forget, type Credentials} from './shared/secret.js'
import {serve} from './shared/serve.js'

const LOCK = 'todo-dr-create-table'
/** Seconds. A migration needs the time itself. */
const LOCK_WAIT = {repeatable: 5, once: 1}
const asMaster = (): Login => ({secretArn: environment.adminSecretArn})
const SEEDS = Array.from({length: 10}, (_, index) => index + 1)

export const handler = serve(async (request, deadline) => {
  const payload = request.json()
  const {action} = payload
  if (action === 'CREATE_TABLE') return createTable(deadline)
  if (action === 'SEED') return seed(deadline)
  if (action === 'MIGRATE') return applyFile(parseMigration(payload), deadline)
  if (action === 'MIGRATIONS') return history(deadline)
  throw badRequest('UnknownAction', 'The action must be CREATE_TABLE, SEED, MIGRATE or MIGRATIONS.')
})

async function createTable(deadline: Deadline): Promise<Answer> {
  // Fetched anew, since a rotated password is what it may be called for.
  forget(environment.secretArn)
  const user = await credentials(environment.secretArn)
  const migrations = await asAdmin(deadline, async (session) => {
    const applied = await migrate(session)
    await grantUser(session, user)
    if (environment.iamUser !== undefined) await grantTokenUser(session, environment.iamUser)
    return applied
  })
  return {statusCode: 200, response: {migrations}}
}

async function seed(deadline: Deadline): Promise<Answer> {
  const inserted = await asAdmin(deadline, async (session) => {
    const rows = await session.rows<{id: number | string}>('SELECT id FROM ToDos WHERE id IN (?)', [SEEDS])
    const present = new Set(rows.map((row) => Number(row.id)))
    const absent = SEEDS.filter((id) => !present.has(id))
    for (const id of absent) {
      await session.change('INSERT INTO ToDos (id, Task, Status) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE id = id', [
        id,
        `Sample Task ${id}`,
        'new',
      ])
    }

    return absent.map(String)
  })
  return {statusCode: 200, response: {inserted}}
}

async function applyFile(migration: FileMigration, deadline: Deadline): Promise<Answer> {
  try {
    const applied = await asAdmin(deadline, (session) => migrateFile(session, migration), 'once')
    return {statusCode: 200, response: {version: migration.version, name: migration.name, applied}}
  } catch (error) {
    log({event: 'migration', code: error instanceof Refusal ? error.code : 'Error'})
    throw error
  } finally {
    // What its statements have done to their session must not meet those of the next call.
    recycle(environment.proxyHost, asMaster())
  }
}

/** Of the writer, without its lock: a migration that runs is told as begun. */
async function history(deadline: Deadline): Promise<Answer> {
  const migrations = await write({deadline, login: asMaster(), kind: 'read'}, historyOf)
  return {statusCode: 200, response: {migrations}}
}

/** As the master user, one call at a time: two migrations side by side would trip over each other's DDL. */
function asAdmin<T>(
  deadline: Deadline,
  work: (session: Session) => Promise<T>,
  kind: 'once' | 'repeatable' = 'repeatable',
): Promise<T> {
  return write({deadline, login: asMaster(), kind}, async (session) => {
    const [lock] = await session.rows<{held: number | null}>('SELECT GET_LOCK(?, ?) AS held', [LOCK, LOCK_WAIT[kind]])
    if (Number(lock?.held) !== 1) throw unavailable('MigrationRunning', 'Another call of this function is at work.')
    try {
      return await work(session)
    } finally {
      await session.rows('SELECT RELEASE_LOCK(?)', [LOCK])
    }
  })
}

/** Both users may read and change rows of this database, over TLS, and nothing else. */
async function grantUser(session: Session, user: Credentials): Promise<void> {
  const account = [user.username]
  await session.change("CREATE USER IF NOT EXISTS ?@'%' IDENTIFIED BY ? REQUIRE SSL", [...account, user.password])
  await session.change("ALTER USER ?@'%' IDENTIFIED BY ? REQUIRE SSL", [...account, user.password])
  await grantRows(session, user.username)
}

/** By AWS's plugin, which knows whom a token stands for ("Creating a database account using IAM authentication", Aurora user guide). */
async function grantTokenUser(session: Session, user: string): Promise<void> {
  await session.change("CREATE USER IF NOT EXISTS ?@'%' IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL", [
    user,
  ])
  await grantRows(session, user)
}

async function grantRows(session: Session, user: string): Promise<void> {
  await session.change("GRANT SELECT, INSERT, UPDATE, DELETE ON ??.* TO ?@'%'", [environment.database, user])
}
