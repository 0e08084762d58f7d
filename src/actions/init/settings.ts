/** What a user decides about a new project, and what is refused of it. Pure. */

import {basename} from 'node:path'
import {DrError} from '../../errors.js'
import {GLOBAL_DATABASE_REGIONS, REGIONS_DATE, REGIONS_SOURCE, partitionOf} from './regions.js'
import type {Settings} from './result.js'
import {DEFAULT_ROUTES, domainFault, routesFault, zoneFault} from './routes.js'

/** Sizes as in infra-template/lib/config.ts, and the objectives of a target that states none. No region of the pair is `CONTROL_REGION`. */
export const DEFAULTS = {
  app: 'ToDoMgmt',
  home: 'us-east-2',
  away: 'us-west-2',
  rtoSeconds: 900,
  rpoSeconds: 5,
  capacity: {min: 0.5, max: 8},
  instances: 2,
  protect: false,
  workflow: true,
  pipeline: 'none',
  routes: DEFAULT_ROUTES,
} as const satisfies Settings

/** Of the sample's stacks, which the program ships. */
export const SAMPLE_REGIONS = {home: 'us-east-1', away: 'us-east-2'} as const

/**
 * What a deployment is for, and the capacity and protection that it takes. AWS recommends 8 ACU at least for the clusters of a global
 * database, as a small one also grows slowly (Aurora user guide, "Performance and scaling for Aurora Serverless v2", choosing the
 * capacity range).
 */
export const PURPOSES = {
  rehearsal: {capacity: DEFAULTS.capacity, protect: false},
  production: {capacity: {min: 8, max: 32}, protect: true},
} as const
export type Purpose = keyof typeof PURPOSES

/**
 * Runs the control planes of CloudFront, IAM and Route 53 for all regions (AWS Fault Isolation Boundaries, appendix B). A failover from it
 * is one without them: no distribution, role or record can be changed.
 */
export const CONTROL_REGION = 'us-east-1'

/** What to know of settings that can be deployed. */
export function cautionOf({home, away}: Pick<Settings, 'home' | 'away'>): string | undefined {
  if (home !== CONTROL_REGION) return undefined
  return `${home} runs the control planes of CloudFront, IAM and Route 53: a failover from it must do without them. If you can choose, make ${away} or another region the home region`
}

const CONNECTION = /^arn:aws:(codeconnections|codestar-connections):[a-z\d-]+:\d{12}:connection\/[\w-]+$/
const REPOSITORY = /^[\w.-]+(\/[\w.-]+)+$/

const APP = /^[A-Za-z][A-Za-z0-9]{0,19}$/
/** A Cognito prefix domain may not hold them [Amazon Cognito developer guide, "Using the Amazon Cognito domain"]. */
const RESERVED = ['aws', 'amazon', 'cognito']
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/

/** Undefined where `name` can be an app's name; otherwise why it cannot. */
export function appFault(name: string): string | undefined {
  if (!APP.test(name))
    return 'must be 1 to 20 letters and digits and start with a letter: it is used in the names of buckets, domains and functions'
  const word = RESERVED.find((one) => name.toLowerCase().includes(one))
  return word && `must not contain "${word}", which Cognito does not allow in domain names`
}

export interface RegionRules {
  /** The user says that AWS has global databases there by now. */
  allowUnlisted?: boolean
}

export function regionFault(region: string, {allowUnlisted = false}: RegionRules = {}): string | undefined {
  if (!REGION.test(region)) return 'must be an AWS region name, such as us-east-1'
  const partition = partitionOf(region)
  if (partition !== 'aws')
    return `is in the partition ${partition}, but the edge is created in us-east-1, and CloudFront works only in the partition aws`
  if (Object.hasOwn(GLOBAL_DATABASE_REGIONS, region) || allowUnlisted) return undefined
  return `has no Aurora MySQL global databases according to the list of ${REGIONS_DATE} (${REGIONS_SOURCE}); if AWS has added them since, use --allow-unlisted-region`
}

export function awayFault(away: string, home: string, rules: RegionRules = {}): string | undefined {
  if (away === home) return 'must differ from the home region'
  if (partitionOf(away) !== partitionOf(home))
    return `is in the partition ${partitionOf(away)} and home in ${partitionOf(home)}: AWS does not replicate between partitions`
  return regionFault(away, rules)
}

export function capacityFault({min, max}: Settings['capacity']): string | undefined {
  const unit = (value: number): boolean => value >= 0.5 && value <= 256 && Number.isInteger(value * 2)
  if (!unit(min)) return 'the minimum must be from 0.5 to 256 ACU, in steps of 0.5'
  if (!unit(max) || max < 1) return 'the maximum must be from 1 to 256 ACU, in steps of 0.5'
  return min > max ? 'the minimum must not be above the maximum' : undefined
}

/**
 * The folder's name as an app's name: `my-api` gives `myApi`. Or why it gives none. Nothing else stands in for it: two
 * projects of one name would share their stacks' names and the tag by which a teardown deletes.
 */
export function appOfFolder(folder: string): {app: string} | {fault: string} {
  const [first = '', ...rest] = basename(folder).split(/[-_. ]+/)
  const app = [first, ...rest.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))].join('')
  const fault = appFault(app)
  return fault === undefined ? {app} : {fault}
}

/** Throws `InvalidSetting` (exit usage) for the first setting that cannot be deployed; `flag` is what corrects it. */
export function checkSettings(settings: Settings, rules: RegionRules = {}): void {
  const {app, home, away, rtoSeconds, rpoSeconds, capacity, instances, account, alarmEmail} = settings
  const {pipeline, connection, repository} = settings
  const connected = pipeline === 'connection'
  const refuse = (flag: string, given: unknown, fault: string | false | undefined): void => {
    if (fault) throw invalid(flag, given, fault)
  }

  refuse('app', app, appFault(app))
  refuse('home', home, regionFault(home, rules))
  refuse('away', away, awayFault(away, home, rules))
  refuse('rto', rtoSeconds, !(rtoSeconds > 0) && 'must be a number of seconds above 0')
  refuse('rpo', rpoSeconds, !(rpoSeconds >= 0) && 'must be a number of seconds, 0 or more')
  refuse('min-capacity', `${capacity.min} to ${capacity.max}`, capacityFault(capacity))
  refuse('instances', instances, !(Number.isInteger(instances) && instances >= 1 && instances <= 4) && 'must be 1 to 4')
  refuse(
    'account',
    account,
    account !== undefined && !/^\d{12}$/.test(account) && 'must be an AWS account id (twelve digits)',
  )
  refuse(
    'alarm-email',
    alarmEmail,
    alarmEmail !== undefined && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(alarmEmail) && 'must be an email address',
  )
  refuse('connection', connection ?? '', sourceFault(connected, connection, CONNECTION, 'the ARN of a connection'))
  refuse('repository', repository ?? '', sourceFault(connected, repository, REPOSITORY, 'a repository as owner/name'))
  checkRoutes(settings, refuse)
}

function sourceFault(connected: boolean, given: string | undefined, form: RegExp, what: string): string | undefined {
  if (connected) return form.test(given ?? '') ? undefined : `must be ${what}`
  return given === undefined ? undefined : 'is of --pipeline connection alone'
}

function checkRoutes(
  settings: Settings,
  refuse: (flag: string, given: unknown, fault: string | false | undefined) => void,
): void {
  const {routes, domain, hostedZone} = settings
  refuse('route', routes.join(', '), routesFault(routes, settings))
  const isNamed = routes.includes('route53')
  const needless = !isNamed && 'is for --route route53 alone'
  refuse('domain', domain, domain === undefined ? isNamed && 'is required for --route route53' : needless)
  if (domain !== undefined) refuse('domain', domain, domainFault(domain))
  if (hostedZone !== undefined) refuse('hosted-zone', hostedZone, needless || zoneFault(hostedZone, domain ?? ''))
}

const invalid = (flag: string, given: unknown, fault: string): DrError =>
  new DrError({
    code: 'InvalidSetting',
    exit: 'usage',
    what: `--${flag}: ${given === undefined ? '' : `${JSON.stringify(given)} `}${fault.startsWith('the ') ? `is not valid: ${fault}` : fault}`,
    why: 'nothing was written',
    next: `todo-dr init --${flag} ...`,
  })
