/** Finds the CDK project that belongs to a todo-dr.yaml, or that one stands in. */

import {stat} from 'node:fs/promises'
import {dirname, join, resolve} from 'node:path'
import {DrError} from '../errors.js'
import type {Delivery} from '../model/delivery.js'
import type {Region} from '../model/deployment.js'
import type {LoadedConfig} from './load.js'
import {readSettings} from './read.js'

export interface Project {
  /** Absolute. */
  folder: string
  /** The command that synthesizes, of cdk.json. */
  appCommand: string
  /** What must run before: the project's script `bundle`, else `build` of cdk.json. */
  build?: string
  /** What the project's own config.json says; a CDK app that is not made by `init` has none. */
  own: {
    app?: string
    account?: string
    home?: Region
    away?: Region
    lockToEdge: boolean
    /** It has failover pipelines. */
    pipeline: boolean
    /** It has a delivery pipeline. */
    delivery?: Delivery
    /** What its template makes for clients to be sent by; undefined where it does not say. */
    route?: MadeRoute
  }
  /** The todo-dr.yaml that named it. */
  config?: LoadedConfig
}

/** As config.json has it. */
export interface MadeRoute {
  kind: string
  /** The name that clients use. */
  domain?: string
  /** The id or the name of its hosted zone. */
  hostedZone?: string
}

export interface Rehearsal {
  app?: string
  regions?: {home: Region; away: Region}
}

/** What the project is rehearsed as: as the only target of todo-dr.yaml, else as its own config.json says. */
export function rehearsedAs({own, config}: Project): Rehearsal {
  const targets = Object.values(config?.config.targets ?? {})
  if (targets.length === 1) return targets[0]!
  const {app, home, away} = own
  return {app, regions: home !== undefined && away !== undefined ? {home, away} : undefined}
}

const CDK_FILE = 'cdk.json'
/** Where there is no todo-dr.yaml to name another one. */
const DEFAULT_FOLDER = 'infra'
/** As infra-template/lib/config.ts has it. */
const DEFAULT_BRANCH = 'main'

/** `config`: what is found from `from` on. Throws `ProjectMissing` or `ProjectInvalid`, both exit usage. */
export async function findProject(from: string, config: LoadedConfig | undefined): Promise<Project> {
  const candidates = config ? [resolve(dirname(config.file), config.config.infra)] : [join(from, DEFAULT_FOLDER), from]
  for (const folder of candidates) {
    if (await isFile(join(folder, CDK_FILE))) return {...(await readProject(folder)), config}
  }

  throw new DrError({
    code: 'ProjectMissing',
    exit: 'usage',
    what: `no CDK project in ${candidates.join(' or ')}`,
    why: config
      ? `the key infra of ${config.file} names it`
      : 'no todo-dr.yaml in this folder or above names another folder',
    next: 'create one with todo-dr init DIR, or run this command in a folder with a todo-dr.yaml',
  })
}

async function readProject(folder: string): Promise<Omit<Project, 'config'>> {
  const file = join(folder, CDK_FILE)
  const cdk = await readJson(file)
  if (typeof cdk?.app !== 'string') throw invalid(file, 'it has no "app", the command that synthesizes')
  const packageJson = await readJson(join(folder, 'package.json'))
  const scripts = packageJson?.scripts as Record<string, string> | undefined
  const own = (await readJson(join(folder, 'config.json'))) ?? {}
  const text = (key: string): string | undefined => (typeof own[key] === 'string' ? own[key] : undefined)
  const kind = text('route')
  return {
    folder,
    appCommand: cdk.app,
    build: scripts?.bundle === undefined ? (cdk.build as string | undefined) : 'npm run --silent bundle',
    own: {
      app: text('app'),
      account: text('account'),
      home: text('home'),
      away: text('away'),
      lockToEdge: own.lockToEdge === true,
      pipeline: own.pipeline === 'failover',
      ...(own.delivery !== undefined && {delivery: deliveryOf(own.delivery)}),
      ...(kind !== undefined && {route: {kind, domain: text('domain'), hostedZone: text('hostedZone')}}),
    },
  }
}

/** The template checks what it says. */
function deliveryOf(given: unknown): Delivery {
  const {source, branch, connection, repository} = (given ?? {}) as Record<string, unknown>
  return {
    source: source === 'connection' ? 'connection' : 'codecommit',
    branch: typeof branch === 'string' ? branch : DEFAULT_BRANCH,
    ...(typeof connection === 'string' && {connection}),
    ...(typeof repository === 'string' && {repository}),
  }
}

/** Undefined where there is no such file. */
async function readJson(file: string): Promise<Record<string, unknown> | undefined> {
  try {
    const text = await readSettings(file)
    return text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>)
  } catch (error) {
    throw invalid(file, (error as Error).message)
  }
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  )

const invalid = (file: string, why: string): DrError =>
  new DrError({code: 'ProjectInvalid', exit: 'usage', what: `${file} cannot be used`, why, next: 'fix the file'})
