import {spawn} from 'node:child_process'
import {constants} from 'node:fs'
import {cp, mkdir, readFile, rename, rm} from 'node:fs/promises'
import {join} from 'node:path'

import {nativePasswordHash, type EngineCredentials} from './credentials.js'
import type {MariaDb} from './provider.js'

/** Small, as a lab runs two or more servers: about 70 MB of memory each. Must be the same at bootstrap and at every start. */
export const INNODB_LAYOUT = [
  '--innodb-buffer-pool-size=32M',
  '--innodb-log-file-size=16M',
  '--innodb-undo-tablespaces=0',
  '--innodb-data-file-path=ibdata1:5M:autoextend',
  '--innodb-autoextend-increment=1',
  '--innodb-temp-data-file-path=ibtmp1:1M:autoextend',
]

const BOOTSTRAP_DEADLINE_MS = 60_000
const ALL_PRIVILEGES = '18446744073709551615'
/** The bit of REPLICATION SLAVE in `mysql.global_priv`. */
const REPLICATION_SLAVE = String(1 << 19)

/** Where a server of this machine runs as root it must be told that it may. */
export const asUser = (): string[] => (process.getuid?.() === 0 ? ['--user=root'] : [])

/** The server sets a umask of its own, which by default lets the group read and write. */
export const serverEnvironment = ({libDir}: MariaDb): NodeJS.ProcessEnv => ({
  ...process.env,
  UMASK: '0600',
  UMASK_DIR: '0700',
  ...(libDir && {LD_LIBRARY_PATH: libDir}),
})

/** One a data directory: a server that starts removes the temporary tables that it finds, be they another server's. */
export async function temporaryFolder(dataDir: string): Promise<string> {
  const folder = `${dataDir}.tmp`
  await mkdir(folder, {recursive: true, mode: 0o700})
  return folder
}

/**
 * Data directories. All of a lab are copies of one pristine template, made once (0.4 s). It holds the engine's accounts and
 * an empty binary log position, so a server that starts from it can replay a primary's log from the first transaction on.
 */
export class Volumes {
  private template: Promise<string> | undefined

  constructor(
    private readonly mariadb: MariaDb,
    private readonly folder: string,
    private readonly credentials: EngineCredentials,
  ) {}

  /** A fresh data directory of this name. */
  async create(name: string): Promise<string> {
    const template = await this.pristine()
    const folder = join(this.folder, name)
    await cp(template, folder, {recursive: true, mode: constants.COPYFILE_FICLONE, errorOnExist: true, force: false})
    return folder
  }

  /** Moves a data directory, whose server has ended, out of the way and keeps it. */
  async keep(folder: string, name: string): Promise<string> {
    const snapshots = join(this.folder, 'snapshots')
    await mkdir(snapshots, {recursive: true, mode: 0o700})
    const place = join(snapshots, name.replaceAll(':', '_'))
    await rename(folder, place)
    return place
  }

  async discard(folder: string): Promise<void> {
    for (const one of [folder, `${folder}.tmp`]) await rm(one, {recursive: true, force: true})
  }

  pristine(): Promise<string> {
    this.template ??= this.bootstrap()
    return this.template
  }

  private async bootstrap(): Promise<string> {
    const folder = join(this.folder, 'pristine')
    await rm(folder, {recursive: true, force: true})
    await mkdir(folder, {recursive: true, mode: 0o700})
    const temporary = await temporaryFolder(folder)
    const {mariadbd, shareDir} = this.mariadb
    const args = [
      '--no-defaults',
      '--bootstrap',
      ...asUser(),
      `--datadir=${folder}`,
      `--tmpdir=${temporary}`,
      `--lc-messages-dir=${shareDir}`,
      '--log-warnings=0',
      '--enforce-storage-engine=',
      '--skip-networking',
      ...INNODB_LAYOUT,
    ]
    await feed(mariadbd, args, serverEnvironment(this.mariadb), await this.script())
    return folder
  }

  private async script(): Promise<string> {
    const {admin, replication} = this.credentials
    const files = ['mysql_system_tables.sql', 'mysql_system_tables_data.sql']
    const texts = await Promise.all(files.map((file) => readFile(join(this.mariadb.shareDir, file), 'utf8')))
    return [
      'CREATE DATABASE mysql;',
      'USE mysql;',
      'SET @auth_root_socket=NULL;',
      'SET @skip_auth_anonymous=1;',
      ...texts,
      // root has no password here; the view mysql.user needs mariadb.sys.
      "DELETE FROM mysql.global_priv WHERE User <> 'mariadb.sys';",
      'DELETE FROM mysql.proxies_priv;',
      account(admin, ALL_PRIVILEGES),
      account(replication, REPLICATION_SLAVE),
      '',
    ].join('\n')
  }
}

const account = ({user, password}: {user: string; password: string}, access: string): string =>
  "INSERT INTO mysql.global_priv (Host, User, Priv) VALUES ('127.0.0.1', " +
  `'${user}', '{"access":${access},"plugin":"mysql_native_password","authentication_string":"${nativePasswordHash(password)}"}');`

function feed(program: string, args: string[], env: NodeJS.ProcessEnv, input: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env,
      stdio: ['pipe', 'ignore', 'pipe'],
      timeout: BOOTSTRAP_DEADLINE_MS,
      killSignal: 'SIGKILL',
    })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000)
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) resolve()
      else reject(new Error(`mariadbd --bootstrap ended with ${signal ?? code}: ${said.trim()}`))
    })
    // A server that refuses its options is gone before it reads; its exit status says so.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}
