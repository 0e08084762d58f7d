import {randomBytes} from 'node:crypto'
import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {nativePasswordHash} from '../handshake.js'

/** Every account of a server may read what is in it, as everyone reads Aurora's view. */
export const STATUS_SCHEMA = 'aurora'

/** The engine's own accounts on every server of a lab. Every server makes them as it starts; they are never replicated. */
export interface EngineCredentials {
  /** All privileges; `lab status` names it. */
  admin: {user: string; password: string; passwordFile: string}
  /** May read the binary log, and nothing else. */
  replication: {user: string; password: string}
}

/** Makes both passwords anew; the administrator's is kept in a file of mode 0600. */
export async function createCredentials(folder: string): Promise<EngineCredentials> {
  await mkdir(folder, {recursive: true, mode: 0o700})
  const passwordFile = join(folder, 'admin.password')
  const password = randomBytes(24).toString('base64url')
  await writeFile(passwordFile, password, {mode: 0o600})
  return {
    admin: {user: 'lab_admin', password, passwordFile},
    replication: {user: 'lab_replication', password: randomBytes(24).toString('base64url')},
  }
}

const ALL_PRIVILEGES = '18446744073709551615'
/** The bit of REPLICATION SLAVE in `mysql.global_priv`. */
const REPLICATION_SLAVE = String(1 << 19)

/** Makes the accounts on a server as it starts, and what all of them may read, before it takes a connection: a statement a line, none of which reaches its log. */
export const accountsScript = ({admin, replication}: EngineCredentials): string =>
  [
    'SET SESSION sql_log_bin=0;',
    account(admin, ALL_PRIVILEGES),
    account(replication, REPLICATION_SLAVE),
    // An entry without a user is everybody's.
    `REPLACE INTO mysql.db (Host, Db, User, Select_priv) VALUES ('%', '${STATUS_SCHEMA}', '', 'Y');`,
    'FLUSH PRIVILEGES;',
    '',
  ].join('\n')

const account = ({user, password}: {user: string; password: string}, access: string): string =>
  "REPLACE INTO mysql.global_priv (Host, User, Priv) VALUES ('127.0.0.1', " +
  `'${user}', '{"access":${access},"plugin":"mysql_native_password","authentication_string":"${nativePasswordHash(password)}"}');`
