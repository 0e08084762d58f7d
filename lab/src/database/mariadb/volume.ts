import {spawn} from 'node:child_process'
import {createHash} from 'node:crypto'
import {constants, existsSync} from 'node:fs'
import {copyFile, mkdir, readdir, readFile, rename, rm} from 'node:fs/promises'
import {dirname, join} from 'node:path'

import {cacheFolder, workFolder, type MariaDb} from './provider.js'

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
 * Data directories. All are copies of one pristine template, which is made once for a version of MariaDB and kept in the cache
 * (0.4 s). It holds no account that can log in, and an empty binary log position, so a server that starts from it can replay a
 * primary's log from the first transaction on. What is a lab's own, the engine's accounts, each server makes as it starts.
 */
export class Volumes {
  private template: Promise<string> | undefined

  constructor(
    private readonly mariadb: MariaDb,
    private readonly folder: string,
    private readonly cache = cacheFolder(),
  ) {}

  /** A data directory of this name: a fresh one, or a copy of one that was kept as `from`. */
  async create(name: string, from?: string): Promise<string> {
    const original = from === undefined ? await this.pristine() : this.placeOf(from)
    const folder = join(this.folder, name)
    await copyFolder(original, folder)
    return folder
  }

  /** Moves a data directory, whose server has ended, out of the way and keeps it. */
  async keep(folder: string, name: string): Promise<string> {
    const place = this.placeOf(name)
    await mkdir(dirname(place), {recursive: true, mode: 0o700})
    await rename(folder, place)
    return place
  }

  private placeOf(kept: string): string {
    return join(this.folder, 'snapshots', kept.replaceAll(':', '_'))
  }

  async discard(folder: string): Promise<void> {
    for (const one of [folder, `${folder}.tmp`]) await rm(one, {recursive: true, force: true})
  }

  /** The folder of the template. Where the cache cannot be written, it is this lab's own. */
  pristine(): Promise<string> {
    this.template ??= this.provide()
    return this.template
  }

  private async provide(): Promise<string> {
    const script = await this.script()
    const key = createHash('sha256').update([this.mariadb.version, process.arch, ...INNODB_LAYOUT, script].join('\0'))
    const place = join(this.cache, `pristine-${key.digest('hex').slice(0, 16)}`)
    if (existsSync(place)) return place
    const work = await workFolder(this.cache).catch(() => undefined)
    if (work === undefined) return this.bootstrap(join(this.folder, 'pristine'), script)
    try {
      await publish(await this.bootstrap(join(work, 'pristine'), script), place)
      return place
    } finally {
      await rm(work, {recursive: true, force: true})
    }
  }

  private async bootstrap(folder: string, script: string): Promise<string> {
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
    await feed(mariadbd, args, serverEnvironment(this.mariadb), script)
    return folder
  }

  private async script(): Promise<string> {
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
      '',
    ].join('\n')
  }
}

/** Renaming is atomic: another lab sees nothing or the whole. Where one was faster, its template stands. */
async function publish(made: string, place: string): Promise<void> {
  await rename(made, place).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  })
}

/** Of files and folders alone: a server that was killed leaves its socket behind. */
async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to, {recursive: true, mode: 0o700})
  const entries = await readdir(from, {withFileTypes: true})
  await Promise.all(
    entries.map((entry) => {
      const [source, target] = [join(from, entry.name), join(to, entry.name)]
      if (entry.isDirectory()) return copyFolder(source, target)
      if (!entry.isFile()) return
      return copyFile(source, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL)
    }),
  )
}

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
