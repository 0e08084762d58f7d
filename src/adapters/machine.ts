/** What this machine has of what labs and deployments want. Nothing is fetched, and nothing is left. */

import {execFile} from 'node:child_process'
import {access, constants, mkdir, mkdtemp, readFile, readdir, rm, statfs} from 'node:fs/promises'
import {delimiter, join} from 'node:path'
import {promisify} from 'node:util'
import type {Machine, MachineState, ProjectState} from '../ports/checkup.js'
import {cacheHome, stateHome} from './fs/paths.js'

const run = promisify(execFile)
const NPM_MS = 5000
const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/

export const machine: Machine = {
  async state(infra): Promise<MachineState> {
    const [npm, writing, database, project] = await Promise.all([
      npmVersion(),
      unwritable(),
      findDatabase(),
      infra === undefined ? undefined : projectState(infra),
    ])
    const free = await freeBytes()
    return {node: process.version, npm, unwritable: writing, free, database, project}
  },
}

const npmVersion = (): Promise<string | undefined> =>
  run('npm', ['--version'], {timeout: NPM_MS, shell: process.platform === 'win32'}).then(
    ({stdout}) => stdout.trim(),
    () => undefined,
  )

/** Tries it, as permissions alone do not tell (a read-only disk, a quota). */
async function unwritable(): Promise<string[]> {
  const faults = await Promise.all(
    [stateHome(), cacheHome()].map(async (folder) => {
      try {
        await mkdir(folder, {recursive: true, mode: 0o700})
        await rm(await mkdtemp(join(folder, '.doctor-')), {recursive: true})
        return []
      } catch (error) {
        return [(error as Error).message]
      }
    }),
  )
  return faults.flat()
}

async function freeBytes(): Promise<number> {
  for (const folder of [stateHome(), '/']) {
    const {bavail, bsize} = await statfs(folder).catch(() => ({bavail: -1, bsize: 1}))
    if (bavail >= 0) return bavail * bsize
  }

  return 0
}

/** Where the lab will look, in its order (docs/lab.md); whether what is found really runs, it says itself. */
async function findDatabase(): Promise<MachineState['database']> {
  const named = process.env.TODO_DR_MARIADBD
  if (named) return (await runs(named)) ? {kind: 'found', where: named} : undefined
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), '/usr/sbin', '/usr/local/sbin']
  const found = await firstOf(folders.map((folder) => join(folder, 'mariadbd')))
  if (found) return {kind: 'found', where: found}
  const cache = join(cacheHome(), 'mariadb')
  const platforms = (await readdir(cache).catch(() => [])).filter((name) => !name.startsWith('.'))
  const cached = await firstOf(platforms.map((name) => join(cache, name, 'usr', 'sbin', 'mariadbd')))
  if (cached) return {kind: 'cached', where: cached}
  const tools = await Promise.all(
    ['apt-get', 'dpkg-deb'].map((tool) => firstOf(folders.map((folder) => join(folder, tool)))),
  )
  return tools.every(Boolean) ? {kind: 'apt', where: tools[0]!} : undefined
}

const runs = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  )

async function firstOf(files: string[]): Promise<string | undefined> {
  for (const file of files) if (await runs(file)) return file
  return undefined
}

interface Manifest {
  version?: string
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

/** So much of the template's config.json. */
interface ProjectConfig {
  capacity?: {min?: number}
  protect?: boolean
  engineVersion?: string
}

async function projectState(folder: string): Promise<ProjectState> {
  const manifest = await readJson(join(folder, 'package.json'))
  const [lock, config, cluster] = await Promise.all([
    readJson(join(folder, 'package-lock.json')),
    readJson<ProjectConfig>(join(folder, 'config.json')),
    readFile(join(folder, 'lib', 'cluster.ts'), 'utf8').catch(() => ''),
  ])
  const wanted = Object.entries({...manifest?.dependencies, ...manifest?.devDependencies})
  const astray = await Promise.all(
    wanted.map(async ([name, version]) => {
      const installed = await readJson(join(folder, 'node_modules', name, 'package.json'))
      if (installed === undefined) return [`${name} is missing`]
      return EXACT.test(version) && installed.version !== version ? [`${name} ${installed.version}`] : []
    }),
  )
  return {
    folder,
    found: manifest !== undefined,
    astray: astray.flat(),
    unpinned: wanted.filter(([, version]) => !EXACT.test(version)).map(([name]) => name),
    lockfile: lock !== undefined,
    minCapacity: config?.capacity?.min,
    protect: config?.protect,
    engineVersion: config?.engineVersion ?? /ENGINE_VERSION = '([^']+)'/.exec(cluster)?.[1],
  }
}

const readJson = <T = Manifest>(file: string): Promise<T | undefined> =>
  readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as T,
    () => undefined,
  )
