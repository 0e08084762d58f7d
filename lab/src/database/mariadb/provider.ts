import {execFile} from 'node:child_process'
import {existsSync} from 'node:fs'
import {mkdir, mkdtemp, readFile, readdir, realpath, rename, rm, stat} from 'node:fs/promises'
import {delimiter, dirname, join} from 'node:path'
import {promisify} from 'node:util'

import {userCache} from '../../user-cache.js'
import {fetchWithApt} from './apt.js'

const run = promisify(execFile)

/** `MASTER_DEMOTE_TO_SLAVE`, by which a primary becomes a replica without an errant transaction, came with 10.10. */
const OLDEST = [10, 10] as const
const SYSTEM_TABLES = 'mysql_system_tables.sql'
/** A fetch that died leaves its folder behind; no fetch takes an hour. */
const ABANDONED_MS = 3_600_000

/** A MariaDB server that can be run where it stands. */
export interface MariaDb {
  mariadbd: string
  /** Holds the system tables' SQL and the error messages. */
  shareDir: string
  pluginDir: string
  /** To be put into LD_LIBRARY_PATH; undefined for a server of this system. */
  libDir?: string
  /** Such as `10.11.19`. */
  version: string
  origin: 'environment' | 'system' | 'cache' | 'apt'
}

/** No MariaDB, and none could be fetched. `why` and `next` are for a person. */
export class MariaDbUnavailable extends Error {
  readonly code = 'MariaDbUnavailable'

  constructor(
    what: string,
    readonly why: string,
    readonly next: string,
  ) {
    super(`${what}: ${why}`)
    this.name = 'MariaDbUnavailable'
  }
}

export interface ProviderOptions {
  env?: NodeJS.ProcessEnv
  /** A line for a person, before each thing that may take long. */
  onProgress?: (text: string) => void
}

/**
 * Finds a MariaDB, or fetches one: `TODO_DR_MARIADBD`, then PATH and /usr/sbin, then the cache below
 * `$XDG_CACHE_HOME/todo-dr/mariadb`, then a download by apt that needs no root. Throws `MariaDbUnavailable`.
 */
export async function provideMariaDb({
  env = process.env,
  onProgress = () => undefined,
}: ProviderOptions = {}): Promise<MariaDb> {
  if (env.TODO_DR_MARIADBD) return fromEnvironment(env.TODO_DR_MARIADBD)
  const rejected: string[] = []
  for (const file of systemFiles(env)) {
    const found = await inspect(file, 'system')
    if (typeof found !== 'string') return found
    rejected.push(found)
  }

  for (const reason of rejected) onProgress(reason)
  return fromCacheOrApt(cacheFolder(env), env, onProgress)
}

/** What is kept for the next lab. */
export const cacheFolder = (env: NodeJS.ProcessEnv = process.env): string => userCache('mariadb', env)

/** A folder in the cache, to make in it what is then renamed. Who makes it removes it. */
export async function workFolder(cache: string): Promise<string> {
  await mkdir(cache, {recursive: true, mode: 0o700})
  await removeAbandoned(cache)
  return mkdtemp(join(cache, '.fetch-'))
}

async function fromEnvironment(file: string): Promise<MariaDb> {
  const found = await inspect(file, 'environment')
  if (typeof found !== 'string') return found
  throw new MariaDbUnavailable(
    'the server in TODO_DR_MARIADBD cannot be used',
    found,
    'unset TODO_DR_MARIADBD, or set it to the path of a mariadbd',
  )
}

function systemFiles(env: NodeJS.ProcessEnv): string[] {
  const folders = [...(env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'].filter(Boolean)
  return [...new Set(folders)].map((folder) => join(folder, 'mariadbd')).filter((file) => existsSync(file))
}

async function fromCacheOrApt(
  cache: string,
  env: NodeJS.ProcessEnv,
  onProgress: (text: string) => void,
): Promise<MariaDb> {
  const place = join(cache, await platform())
  const cached = await inspectUnpacked(place, 'cache')
  if (typeof cached !== 'string') return cached
  const work = await workFolder(cache)
  try {
    onProgress('MariaDB is not installed: downloading it with apt (about 7 MB, kept in the cache)')
    const root = await fetchWithApt(work, env, onProgress)
    const fetched = await inspectUnpacked(root, 'apt')
    if (typeof fetched === 'string') throw unavailable(fetched)
    await publish(root, place)
  } catch (error) {
    throw error instanceof MariaDbUnavailable ? error : unavailable((error as Error).message)
  } finally {
    await rm(work, {recursive: true, force: true})
  }

  const found = await inspectUnpacked(place, 'apt')
  if (typeof found === 'string') throw unavailable(found)
  return found
}

const unavailable = (why: string): MariaDbUnavailable =>
  new MariaDbUnavailable(
    'no MariaDB server was found, and none could be downloaded',
    why,
    'install it (Debian and Ubuntu: sudo apt-get install mariadb-server-core), or set TODO_DR_MARIADBD to the path of a mariadbd 10.10 or later',
  )

/** Renaming is atomic: a reader sees nothing or the whole. Where another process was faster, its result stands, unless it is broken. */
async function publish(root: string, place: string): Promise<void> {
  try {
    await rename(root, place)
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
    if (typeof (await inspectUnpacked(place, 'cache')) !== 'string') return
    await rename(place, `${root}.broken`)
    await rename(root, place)
  }
}

async function removeAbandoned(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.startsWith('.fetch-')) continue
    const folder = join(cache, name)
    const info = await stat(folder).catch(() => undefined)
    if (info && Date.now() - info.mtimeMs > ABANDONED_MS) await rm(folder, {recursive: true, force: true})
  }
}

/** Packages of one release do not run on another: the cache of a home that is shared keeps them apart. */
async function platform(): Promise<string> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  const field = (name: string): string => new RegExp(`^${name}="?([\\w.-]+)`, 'm').exec(release)?.[1] ?? 'unknown'
  return `${field('ID')}-${field('VERSION_ID')}-${process.arch}`
}

async function inspectUnpacked(root: string, origin: 'cache' | 'apt'): Promise<MariaDb | string> {
  const libraries = join(root, 'usr', 'lib')
  const triplet = (await readdir(libraries).catch(() => [])).find((name) => name.includes('-linux-'))
  return inspect(join(root, 'usr', 'sbin', 'mariadbd'), origin, triplet && join(libraries, triplet))
}

/** The server, or in a sentence why it is none that the lab can use. */
async function inspect(file: string, origin: MariaDb['origin'], libDir?: string): Promise<MariaDb | string> {
  let text: string
  try {
    const env = libDir ? {...process.env, LD_LIBRARY_PATH: libDir} : process.env
    text = (await run(file, ['--no-defaults', '--version'], {env, timeout: 10_000})).stdout
  } catch (error) {
    return `${file} does not run: ${(error as Error).message.trim()}`
  }

  const version = /(\d+)\.(\d+)\.(\d+)-MariaDB/.exec(text)
  if (!version) return `${file} is not MariaDB: ${text.trim()}`
  const [major, minor] = [Number(version[1]), Number(version[2])]
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
    return `${file} is ${version[0]}, older than ${OLDEST.join('.')}`
  const prefix = dirname(dirname(await realpath(file)))
  const shareDir = ['mysql', 'mariadb']
    .map((name) => join(prefix, 'share', name))
    .find((folder) => existsSync(join(folder, SYSTEM_TABLES)))
  if (!shareDir) return `${file} has no ${SYSTEM_TABLES} below ${join(prefix, 'share')}`
  const pluginDir = join(prefix, 'lib', 'mysql', 'plugin')
  return {mariadbd: file, shareDir, pluginDir, libDir, version: version[0].replace('-MariaDB', ''), origin}
}
