import {createHash, randomBytes} from 'node:crypto'
import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

/** The engine's own accounts on every server of a lab. They are part of each volume and never replicated. */
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

/** What mysql_native_password stores: a password of 192 random bits needs no slower hash. */
export function nativePasswordHash(password: string): string {
  const once = createHash('sha1').update(password).digest()
  return `*${createHash('sha1').update(once).digest('hex').toUpperCase()}`
}
