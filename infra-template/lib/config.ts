/** What a user decides about a deployment: one typed object, from config.json, overridable by CDK context. */

import {readFileSync} from 'node:fs'

export interface Config {
  /** Prefix of every name; letters and digits, at most 20. */
  app: string
  /** Twelve digits. Explicit, so that credentials or AWS_REGION in the environment never move a stack. */
  account: string
  /** The preferred primary. It decides where the founding cluster is made, and nothing after day one. */
  home: string
  away: string
  /** Deletion protection and retention of data. Off for a lab or a rehearsal account. */
  protect: boolean
}

/** Names that follow from the configuration; both regions' stacks compute them alike instead of passing them around. */
export interface Names {
  /** Lower-case form, for services that allow nothing else. */
  lower: string
  globalCluster: string
  cluster(region: string): string
  instance(region: string): string
  proxy(region: string): string
  readerEndpoint(region: string): string
  leaseBucket(region: string): string
  domainPrefix(region: string): string
  appSecret: string
  adminSecret: string
  fn(region: string, part: FunctionPart): string
  mapParameter: string
  stack(part: string, region: string): string
  edgeStack: string
}

export const FUNCTION_PARTS = ['CreateTableFunction', 'GetToDos', 'UpsertToDos', 'RemoveToDos', 'LedgerCheck'] as const
export type FunctionPart = (typeof FUNCTION_PARTS)[number]

export const DATABASE = 'todo'
export const MASTER_USER = 'dradmin'
export const APP_USER = 'todo_app'

/** Seconds that one call of a writing function may last: after so long no write is in flight behind a fence. */
export const WRITER_TIMEOUT_SECONDS = 10

/** CloudFront, its functions and its KeyValueStore are created through this region only. */
export const EDGE_REGION = 'us-east-1'

export function namesOf(config: Config): Names {
  const lower = config.app.toLowerCase()
  return {
    lower,
    globalCluster: lower,
    cluster: (region) => `${lower}-${region}`,
    instance: (region) => `${lower}-${region}-1`,
    proxy: (region) => `${lower}-${region}`,
    readerEndpoint: (region) => `${lower}-${region}-ro`,
    leaseBucket: (region) => `${lower}-lease-${config.account}-${region}`,
    domainPrefix: (region) => `${lower}-${config.account}-${region}`,
    appSecret: `${config.app}/app`,
    adminSecret: `${config.app}/admin`,
    fn: (region, part) => `${config.app}-app-${region}-${part}`,
    mapParameter: `/todo-dr/${config.app}/deployment`,
    stack: (part, region) => `${config.app}-${part}-${region}`,
    edgeStack: `${config.app}-edge`,
  }
}

/** Reads config.json beside the app; `override` (CDK context) wins. Throws with the offending key named. */
export function loadConfig(override: (key: keyof Config) => unknown): Config {
  const file = JSON.parse(readFileSync(new URL('../config.json', import.meta.url), 'utf8')) as Partial<Config>
  const value = (key: keyof Config): unknown => override(key) ?? file[key]
  const protect = value('protect') ?? false
  const config: Config = {
    app: String(value('app')),
    account: String(value('account')),
    home: String(value('home')),
    away: String(value('away')),
    protect: protect === true || protect === 'true',
  }
  check(config)
  return config
}

function check(config: Config): void {
  const refuse = (key: keyof Config, rule: string): never => {
    throw new Error(`config.json: "${key}" is ${JSON.stringify(config[key])}, but must be ${rule}`)
  }

  if (!/^[A-Za-z][A-Za-z0-9]{0,19}$/.test(config.app)) refuse('app', 'letters and digits, a letter first, at most 20')
  if (!/^\d{12}$/.test(config.account)) refuse('account', 'twelve digits')
  const region = /^[a-z]{2}(-[a-z]+)+-\d$/
  if (!region.test(config.home)) refuse('home', 'a region such as us-east-1')
  if (!region.test(config.away)) refuse('away', 'a region such as us-east-2')
  if (config.home === config.away) refuse('away', 'another region than home')
}
