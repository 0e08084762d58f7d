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
  /** Deletion protection, retained data and longer backups. Off for a lab or a rehearsal account. */
  protect: boolean
  /** Aurora capacity units of each instance: multiples of 0.5 from 0.5 to 256. */
  capacity: {min: number; max: number}
  /** Aurora instances a region, 1 to 4. With one, the READ_ONLY endpoint of the region that writes has nobody to ask. */
  instances: number
  /**
   * By region, the ids of the two availability zones to use, which are the same in all accounts. Of a region that is not named, the
   * first two of the account: where RDS Proxy is missing in some zones, those may be among them. Another zone replaces a subnet.
   */
  zones?: Record<string, [string, string]>
  /** Of Aurora MySQL, as RDS writes it. After `todo-dr upgrade`: what runs. By default that of lib/cluster.ts. */
  engineVersion?: string
  /** Who gets the alarms' mail; AWS asks the address to confirm once. */
  alarmEmail?: string
  /**
   * Performance Insights of the database, as Database Insights shows it: for 7 days, or for 15 months with the paid advanced mode.
   * Without it AWS's default stays as it is.
   */
  databaseInsights?: DatabaseInsights
  /** Backups of each region's cluster by AWS Backup, with a copy in the other region. */
  backup?: Backup
  /**
   * How functions log in at the proxy. `secrets`: by a password, as without this key. `both`: that, and the proxy, the cluster and the
   * database are ready for tokens. `iam`: the functions behind the API sign tokens, and read no secret.
   */
  proxyAuth?: ProxyAuth
  /** Keeps one environment of each function behind the API warm, in both regions: an event every five minutes. */
  warmUp: boolean
  /** API Gateway answers only what brings the edge's secret header. Direct probes read the secret, and bring it too. */
  lockToEdge: boolean
  /** How clients are sent to a region; see docs/routes.md of todo-dr. */
  route: RouteKind
  /** With the route `route53`: the name that clients use, in lower case. */
  domain?: string
  /** The id of the hosted zone of the domain. `todo-dr deploy` finds it, by its name where config.json gives that, and gives it. */
  hostedZone?: string
  /** `failover`: a pipeline in each region that switches the primary after somebody has approved it. */
  pipeline: PipelineKind
  /**
   * What the build of a failover pipeline may do, as statements of IAM: those of `todo-dr iam-policy` for the three switches.
   * `todo-dr deploy` gives them, so that they are those of the program that runs in the build.
   */
  pipelinePolicy?: Statement[]
  /** A pipeline in the home region that deploys what is pushed to a branch. */
  delivery?: Delivery
  /** What the builds of the delivery pipeline may do, likewise. */
  deliveryPolicy?: Record<DeliveryPart, Statement[]>
}

export interface Delivery {
  /** `codecommit`: a repository that is made with the pipeline. `connection`: one elsewhere, by AWS CodeConnections. */
  source: 'codecommit' | 'connection'
  /** By default `main`. */
  branch: string
  /** Of a connection: its ARN, and the repository as `owner/name`. */
  connection?: string
  repository?: string
}

/** The builds of a delivery: what is pushed is checked, deployed and asked; and what drifts is looked for. */
export const DELIVERY_PARTS = ['build', 'deploy', 'test', 'drift'] as const
export type DeliveryPart = (typeof DELIVERY_PARTS)[number]

/** Of an IAM policy, in the form that `todo-dr iam-policy` prints. */
export interface Statement {
  Effect: 'Allow'
  Action: string[]
  Resource: string[]
  Condition?: Record<string, Record<string, string | string[]>>
}

/** What the template makes for clients to be sent by. */
export const ROUTES = ['keyvaluestore', 'origin', 'route53'] as const
export type RouteKind = (typeof ROUTES)[number]

export const PIPELINES = ['none', 'failover'] as const
export type PipelineKind = (typeof PIPELINES)[number]

export const DATABASE_INSIGHTS = ['standard', 'advanced'] as const
export type DatabaseInsights = (typeof DATABASE_INSIGHTS)[number]

export const PROXY_AUTH = ['secrets', 'both', 'iam'] as const
export type ProxyAuth = (typeof PROXY_AUTH)[number]

export interface Backup {
  /** From 1 to 36500. No backup goes before. */
  retentionDays: number
  /** Of the vaults. Compliance can't be undone: three days after it was deployed nobody can shorten or remove it, AWS included. */
  lock: 'governance' | 'compliance'
}

/** What is taken where config.json says nothing. */
export const DEFAULTS = {
  protect: false,
  capacity: {min: 0.5, max: 8},
  instances: 2,
  warmUp: false,
  lockToEdge: false,
  route: 'keyvaluestore',
  pipeline: 'none',
} as const

/** Names that follow from the configuration; both regions' stacks compute them alike instead of passing them around. */
export interface Names {
  /** Lower-case form, for services that allow nothing else. */
  lower: string
  globalCluster: string
  cluster(region: string): string
  /** `number` counts from 1, the first writer of the home region. */
  instance(region: string, number: number): string
  proxy(region: string): string
  readerEndpoint(region: string): string
  leaseBucket(region: string): string
  /** Takes the access logs of the lease bucket. */
  logBucket(region: string): string
  /** Takes the backups of the region's cluster, and copies of the other region's. */
  backupVault(region: string): string
  domainPrefix(region: string): string
  appSecret: string
  adminSecret: string
  /** Holds the header that the edge adds, with lockToEdge. */
  edgeSecret: string
  /** With the route `route53`: rings while clients are led to the away region. It bears no region's name, as the other region has none. */
  awayServes: string
  fn(region: string, part: FunctionPart | typeof AUTHORIZER | typeof LOG_ROLE_KEEPER): string
  mapParameter: string
  /** Of each region: the public keys of both regions' user pools. */
  keysParameter: string
  /** The pipeline that switches to this region, and its build. */
  failoverPipeline(region: string): string
  /** Holds the program that the pipeline runs. */
  pipelineBucket(region: string): string
  /** Takes the access logs of the pipeline's bucket. */
  pipelineLogBucket(region: string): string
  /** The delivery pipeline; its builds begin with it. */
  delivery: string
  /** In CodeCommit. */
  repository: string
  deliveryBucket(region: string): string
  deliveryLogBucket(region: string): string
  stack(part: string, region: string): string
  edgeStack: string
}

export const FUNCTION_PARTS = [
  'CreateTableFunction',
  'GetToDos',
  'UpsertToDos',
  'RemoveToDos',
  'LedgerCheck',
  'CompareRows',
] as const
export type FunctionPart = (typeof FUNCTION_PARTS)[number]

/** Judges tokens; it has no way to the database. */
export const AUTHORIZER = 'TokenAuthorizer'
/** Runs when a deployment is made, changed and deleted, and at no other time. */
export const LOG_ROLE_KEEPER = 'LogRoleKeeper'

export const DATABASE = 'todo'
export const MASTER_USER = 'dradmin'
export const APP_USER = 'todo_app'
/** Logs in by tokens. */
export const IAM_USER = 'todo_iam'

/** Seconds that one call of a writing function may last: after so long no write is in flight behind a fence. */
export const WRITER_TIMEOUT_SECONDS = 10
/** One question of a comparison. It changes nothing, so that no fence waits for it. */
export const COMPARE_TIMEOUT_SECONDS = 25

/** CloudFront, its functions and its KeyValueStore are created through this region only. */
export const EDGE_REGION = 'us-east-1'

export function namesOf(config: Config): Names {
  const lower = config.app.toLowerCase()
  return {
    lower,
    globalCluster: lower,
    cluster: (region) => `${lower}-${region}`,
    instance: (region, number) => `${lower}-${region}-${number}`,
    proxy: (region) => `${lower}-${region}`,
    readerEndpoint: (region) => `${lower}-${region}-ro`,
    leaseBucket: (region) => `${lower}-lease-${config.account}-${region}`,
    logBucket: (region) => `${lower}-logs-${config.account}-${region}`,
    backupVault: (region) => `${lower}-${region}`,
    domainPrefix: (region) => `${lower}-${config.account}-${region}`,
    appSecret: `${config.app}/app`,
    adminSecret: `${config.app}/admin`,
    edgeSecret: `${config.app}/edge`,
    awayServes: `${lower}-away-serves`,
    fn: (region, part) => `${config.app}-app-${region}-${part}`,
    mapParameter: `/todo-dr/${config.app}/deployment`,
    keysParameter: `/todo-dr/${config.app}/token-keys`,
    failoverPipeline: (region) => `${config.app}-failover-${region}`,
    pipelineBucket: (region) => `${lower}-failover-${config.account}-${region}`,
    pipelineLogBucket: (region) => `${lower}-failover-logs-${config.account}-${region}`,
    delivery: `${config.app}-delivery`,
    repository: `${config.app}Repo`,
    deliveryBucket: (region) => `${lower}-delivery-${config.account}-${region}`,
    deliveryLogBucket: (region) => `${lower}-delivery-logs-${config.account}-${region}`,
    stack: (part, region) => `${config.app}-${part}-${region}`,
    edgeStack: `${config.app}-edge`,
  }
}

/** Reads config.json beside the app; `override` (CDK context) wins. Throws with the offending key named. */
export function loadConfig(override: (key: keyof Config) => unknown): Config {
  const file = JSON.parse(readFileSync(new URL('../config.json', import.meta.url), 'utf8')) as Record<string, unknown>
  const known = new Set<string>(KEYS)
  const stranger = Object.keys(file).find((key) => !known.has(key))
  if (stranger !== undefined) throw refusal(stranger, file[stranger], `one of ${KEYS.join(', ')}: no such key is known`)
  return checked((key) => override(key) ?? file[key] ?? DEFAULTS[key as keyof typeof DEFAULTS])
}

const KEYS: readonly (keyof Config)[] = [
  'app',
  'account',
  'home',
  'away',
  'protect',
  'capacity',
  'instances',
  'zones',
  'engineVersion',
  'alarmEmail',
  'databaseInsights',
  'backup',
  'proxyAuth',
  'warmUp',
  'lockToEdge',
  'route',
  'domain',
  'hostedZone',
  'pipeline',
  'pipelinePolicy',
  'delivery',
  'deliveryPolicy',
]

const refusal = (key: string, value: unknown, rule: string): Error =>
  new Error(`config.json: "${key}" is ${JSON.stringify(value)}, but must be ${rule}`)

/** Each value of its type and in its range. Context on a command line arrives as text, so that text is taken, too. */
function checked(value: (key: keyof Config) => unknown): Config {
  const text = (key: keyof Config, pattern: RegExp, rule: string): string => {
    const given = value(key)
    if (typeof given !== 'string' || !pattern.test(given)) throw refusal(key, given, rule)
    return given
  }
  const flag = (key: keyof Config): boolean => {
    const given = value(key)
    if (given === true || given === 'true') return true
    if (given === false || given === 'false') return false
    throw refusal(key, given, 'true or false')
  }

  const app = text('app', /^[A-Za-z][A-Za-z0-9]{0,19}$/, 'letters and digits, a letter first, at most 20')
  const reserved = RESERVED.find((word) => app.toLowerCase().includes(word))
  if (reserved) throw refusal('app', app, `without "${reserved}", which Cognito reserves in the names of domains`)
  const home = text('home', REGION, 'a region such as us-east-1')
  const away = text('away', REGION, 'a region such as us-east-2')
  if (home === away) throw refusal('away', away, 'another region than home')
  const email = value('alarmEmail')
  const zones = value('zones')
  const oneOf = <T extends string>(key: keyof Config, all: readonly T[]): T => {
    const found = all.find((one) => one === value(key))
    if (found) return found
    throw refusal(key, value(key), `one of ${all.join(', ')}`)
  }
  const pipeline = oneOf('pipeline', PIPELINES)
  const route = oneOf('route', ROUTES)
  const lockToEdge = flag('lockToEdge')
  if (route === 'route53' && lockToEdge)
    throw refusal('lockToEdge', true, 'false with the route route53: its clients use the APIs, and not the edge')
  return {
    app,
    account: text('account', /^\d{12}$/, 'twelve digits, as text'),
    home,
    away,
    protect: flag('protect'),
    capacity: capacity(value('capacity')),
    instances: instances(value('instances')),
    ...(zones !== undefined && {zones: zonesByRegion(zones)}),
    ...(value('engineVersion') !== undefined && {
      engineVersion: text('engineVersion', ENGINE_VERSION, 'a version such as 8.0.mysql_aurora.3.10.4'),
    }),
    ...(email !== undefined && {alarmEmail: text('alarmEmail', /^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'an address of mail')}),
    ...(value('databaseInsights') !== undefined && {databaseInsights: oneOf('databaseInsights', DATABASE_INSIGHTS)}),
    ...(value('backup') !== undefined && {backup: backup(value('backup'))}),
    ...(value('proxyAuth') !== undefined && {proxyAuth: oneOf('proxyAuth', PROXY_AUTH)}),
    warmUp: flag('warmUp'),
    lockToEdge,
    route,
    ...(route === 'route53' && {
      domain: text('domain', DOMAIN, 'the name that clients use, in lower case, such as api.example.com'),
      hostedZone: text(
        'hostedZone',
        /^Z[A-Z0-9]{1,31}$/,
        'the id of the hosted zone of the domain: deploy with todo-dr deploy, which finds it, or write it here',
      ),
    }),
    pipeline,
    ...(pipeline !== 'none' && {pipelinePolicy: statements('pipelinePolicy', value('pipelinePolicy'))}),
    ...(value('delivery') !== undefined && {
      delivery: delivery(value('delivery')),
      deliveryPolicy: deliveryPolicy(value('deliveryPolicy')),
    }),
  }
}

/** Partitions other than `aws` have other host names and services; the template does not know them. */
const REGION = /^(?!cn-|us-gov-|us-iso)[a-z]{2}(-[a-z]+)+-\d$/

/** Labels of letters, digits and hyphens, three at least: the name of a zone itself cannot be a CNAME (RFC 1034, 3.6.2). */
const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.){2,}[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/

const ENGINE_VERSION = /^8\.0\.mysql_aurora\.3\.\d{2}\.\d+$/

/** A Cognito prefix domain may not hold them [Amazon Cognito developer guide, "Using the Amazon Cognito domain"]. */
const RESERVED = ['aws', 'amazon', 'cognito']

function capacity(given: unknown): Config['capacity'] {
  const {min, max} = (typeof given === 'string' ? parsed(given) : given) as Partial<Config['capacity']>
  const unit = (number: unknown): number is number =>
    typeof number === 'number' && number >= 0.5 && number <= 256 && Number.isInteger(number * 2)
  if (unit(min) && unit(max) && max >= 1 && min <= max) return {min, max}
  throw refusal('capacity', given, '{"min", "max"} in steps of 0.5, min from 0.5, max from 1 to 256, min not above max')
}

function backup(given: unknown): Backup {
  const {
    retentionDays,
    lock = 'governance',
    ...others
  } = (typeof given === 'string' ? parsed(given) : given && typeof given === 'object' ? given : {}) as Partial<
    Record<string, unknown>
  >
  const isPeriod = Number.isInteger(retentionDays) && Number(retentionDays) >= 1 && Number(retentionDays) <= 36_500
  if (isPeriod && (lock === 'governance' || lock === 'compliance') && Object.keys(others).length === 0)
    return {retentionDays: Number(retentionDays), lock}
  throw refusal(
    'backup',
    given,
    '{"retentionDays", "lock"}: whole days from 1 to 36500, and governance (the default) or compliance, which cannot be undone',
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) ?? {}
  } catch {
    return {}
  }
}

function instances(given: unknown): number {
  const number = Number(given)
  if (Number.isInteger(number) && number >= 1 && number <= 4) return number
  throw refusal('instances', given, 'a whole number from 1 to 4')
}

/** Ids, such as `use1-az1`: a name, such as `us-east-1a`, is another zone in each account. */
function zonesByRegion(given: unknown): Config['zones'] {
  const found = typeof given === 'string' ? parsed(given) : given
  const isPair = (ids: unknown): boolean =>
    Array.isArray(ids) &&
    new Set(ids).size === 2 &&
    ids.length === 2 &&
    ids.every((id) => /^[a-z]+\d-az\d$/.test(String(id)))
  const entries = typeof found === 'object' && found !== null && !Array.isArray(found) ? Object.entries(found) : []
  if (entries.length > 0 && entries.every(([region, ids]) => REGION.test(region) && isPair(ids)))
    return found as Config['zones']
  throw refusal(
    'zones',
    given,
    'two different zone ids for each region that it names, such as {"us-east-1": ["use1-az1", "use1-az2"]}',
  )
}

function delivery(given: unknown): Delivery {
  const rule =
    '{"source": "codecommit"} or {"source": "connection", "connection": ARN, "repository": "owner/name"}, with a "branch" if it is not main'
  const found = typeof given === 'string' ? parsed(given) : given
  const {source, branch = 'main', connection, repository, ...others} = (found ?? {}) as Partial<Record<string, unknown>>
  const isText = (value: unknown, pattern: RegExp): value is string => typeof value === 'string' && pattern.test(value)
  if (Object.keys(others).length > 0 || !isText(branch, BRANCH)) throw refusal('delivery', given, rule)
  if (source === 'codecommit' && connection === undefined && repository === undefined) return {source, branch}
  if (source === 'connection' && isText(connection, CONNECTION) && isText(repository, REPOSITORY))
    return {source, branch, connection, repository}
  throw refusal('delivery', given, rule)
}

/** Letters that git takes in any place, so that nothing in a rule or a command has to be quoted. */
const BRANCH = /^\w[\w./-]*$/
const CONNECTION = /^arn:aws:(codeconnections|codestar-connections):[a-z\d-]+:\d{12}:connection\/[\w-]+$/
const REPOSITORY = /^[\w.-]+(\/[\w.-]+)+$/

function deliveryPolicy(given: unknown): Config['deliveryPolicy'] {
  const found = ((typeof given === 'string' ? parsed(given) : given) ?? {}) as Partial<Record<string, unknown>>
  return Object.fromEntries(
    DELIVERY_PARTS.map((part) => [part, statements('deliveryPolicy', found[part])]),
  ) as Config['deliveryPolicy']
}

function statements(key: keyof Config, given: unknown): Statement[] {
  const found = typeof given === 'string' ? parsed(given) : given
  const texts = (list: unknown): boolean =>
    Array.isArray(list) && list.length > 0 && list.every((one) => typeof one === 'string')
  const isStatement = (one: Partial<Statement> | null): boolean =>
    one?.Effect === 'Allow' && texts(one.Action) && texts(one.Resource)
  if (Array.isArray(found) && found.length > 0 && found.every((one: Partial<Statement> | null) => isStatement(one)))
    return found as Statement[]
  throw refusal(
    key,
    given,
    'the statements that a build of the pipeline is allowed: deploy with todo-dr deploy, which gives them',
  )
}
