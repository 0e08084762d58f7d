/** What `doctor` asks of AWS. It only reads; each question has a deadline of its own. */

import {loadSharedConfigFiles} from '@smithy/core/config'
import type {AwsAccess, Clients} from './clients.js'
import {isFault} from './errors.js'
import {concurrencyLimit} from './quotas.js'
import type {Input, Operation, Output, Service} from './services.js'
import {DrError, Unreachable} from '../../errors.js'
import type {Region} from '../../model/deployment.js'
import {OWNER_TAG} from '../../model/estate.js'
import type {Asked, Bootstrap, Checkup, EngineOffer, Identity, Reached, Shared} from '../../ports/checkup.js'
import type {Route} from '../../ports/route.js'
import {abortAfter} from '../abort-after.js'

/** Looking for credentials where there are none asks an instance's metadata, which nobody answers here. */
const DEADLINE_MS = 5000
const REACH_MS = 3000
/** CDK's default qualifier [aws-cdk-lib, DefaultStackSynthesizer.DEFAULT_QUALIFIER]. */
const BOOTSTRAP_PARAMETER = '/cdk-bootstrap/hnb659fds/version'
const BOOTSTRAP_STACK = 'CDKToolkit'
/** VPCs per region [Service Quotas, Amazon Virtual Private Cloud]. */
const VPC_QUOTA = 'L-F678F1CE'
/** Proxies per region [Service Quotas, Amazon RDS]. */
const PROXY_QUOTA = 'L-D94C7EA3'

/** The SDK's notes on where credentials come from, in words; the first that is there says it. */
const SOURCES: [string, string][] = [
  ['CREDENTIALS_SSO', 'IAM Identity Center'],
  ['CREDENTIALS_PROFILE_SSO', 'IAM Identity Center'],
  ['CREDENTIALS_STS_ASSUME_ROLE_WEB_ID', 'a web identity'],
  ['CREDENTIALS_STS_ASSUME_ROLE', 'an assumed role'],
  ['CREDENTIALS_PROCESS', 'a credential process of the profile'],
  ['CREDENTIALS_PROFILE', 'a profile'],
  ['CREDENTIALS_ENV_VARS', 'the environment'],
  ['CREDENTIALS_HTTP', 'the container'],
  ['CREDENTIALS_IMDS', "the instance's metadata"],
  ['CREDENTIALS_CODE', 'todo-dr itself, for the lab'],
]

/** What nobody renews: a process keeps the variables that it was started with. */
const FIXED = new Set(['CREDENTIALS_ENV_VARS', 'CREDENTIALS_CODE'])

/** Who calls, by AWS's word, and when that was said. */
interface Caller {
  account: string
  arn: string
  /** Epoch milliseconds by AWS's clock. */
  serverTime: number
  started: number
  ended: number
}

export class AwsCheckup implements Checkup {
  /** Questions that are under way: on a lab one answers for both of who calls and how far the clocks are apart. */
  readonly #callers = new Map<Region, Promise<Caller>>()

  constructor(
    private readonly clients: Clients,
    private readonly access: AwsAccess,
    private readonly signal?: AbortSignal,
    /** Undefined where nothing is deployed. */
    private readonly openRoute: () => Promise<Route | undefined> = async () => undefined,
  ) {}

  identity(region: Region): Promise<Asked<Identity>> {
    return asked(async () => {
      const {account, arn} = await this.#caller(region)
      const {$source = {}, expiration} = (await this.clients.identity(region)) as {
        $source?: Record<string, string>
        expiration?: Date
      }
      const [key, source] = SOURCES.find(([one]) => one in $source) ?? ['', 'the default provider chain']
      const signInRegion = await this.#signInRegion(Object.keys($source))
      return {account, arn, source, signInRegion, ...(expiration && FIXED.has(key) && {endsAt: expiration.getTime()})}
    })
  }

  /**
   * An unsigned request to STS, which every region has: any answer will do, for its time and its date. A lab has one address for
   * all of its regions, and knows by the signature alone which of them is asked.
   */
  reach(region: Region): Promise<Asked<Reached>> {
    return asked(() => (this.access.endpoint === undefined ? this.#reachUnsigned(region) : this.#reachSigned(region)))
  }

  async #reachSigned(region: Region): Promise<Reached> {
    const {serverTime, started, ended} = await this.#caller(region)
    return {latencyMs: ended - started, offsetMs: offset(serverTime, started, ended)}
  }

  #caller(region: Region): Promise<Caller> {
    const asking = this.#callers.get(region) ?? this.#askCaller(region).finally(() => this.#callers.delete(region))
    this.#callers.set(region, asking)
    return asking
  }

  async #askCaller(region: Region): Promise<Caller> {
    const options = {signal: this.signal, deadlineMs: DEADLINE_MS}
    const started = Date.now()
    return this.clients.call(
      'sts',
      region,
      'GetCallerIdentity',
      {},
      options,
      async ({Account: account = '', Arn: arn = ''}, serverTime) => ({
        account,
        arn,
        serverTime,
        started,
        ended: Date.now(),
      }),
    )
  }

  async #reachUnsigned(region: Region): Promise<Reached> {
    const url = `https://sts.${region}.amazonaws.com/`
    const started = Date.now()
    const answer = await abortAfter(REACH_MS, this.signal, (signal) => fetch(url, {redirect: 'manual', signal})).catch(
      (error: Error) => {
        throw new Unreachable(`${url} got no answer`, error.cause ?? error)
      },
    )
    const ended = Date.now()
    await answer.body?.cancel()
    const date = Date.parse(answer.headers.get('date') ?? '')
    return {latencyMs: ended - started, offsetMs: Number.isNaN(date) ? 0 : offset(date, started, ended)}
  }

  bootstrap(region: Region, account: string): Promise<Asked<Bootstrap>> {
    return asked(async () => {
      const [version, stack, bucket] = await Promise.all([
        this.#bootstrapVersion(region),
        this.#bootstrapStack(region),
        this.#hasBucket(region, `cdk-hnb659fds-assets-${account}-${region}`),
      ])
      return {version, stack, bucket}
    })
  }

  vpcs(region: Region, app: string | undefined): Promise<Asked<Shared>> {
    return asked(async () => {
      const [found, quota] = await Promise.all([
        this.#call('ec2', region, 'DescribeVpcs', {MaxResults: 1000}),
        this.#call('servicequotas', region, 'GetServiceQuota', {ServiceCode: 'vpc', QuotaCode: VPC_QUOTA}),
      ])
      const vpcs = found.Vpcs ?? []
      const own = vpcs.filter(({Tags = []}) => Tags.some(({Key, Value}) => Key === OWNER_TAG && Value === app))
      return {count: vpcs.length, own: own.length, quota: quota.Quota?.Value ?? 0}
    })
  }

  engine(region: Region, version: string): Promise<Asked<EngineOffer>> {
    return asked(async () => {
      const wanted = {Engine: 'aurora-mysql', EngineVersion: version}
      const answer = await this.#call('rds', region, 'DescribeDBEngineVersions', wanted)
      const [found] = answer.DBEngineVersions ?? []
      return {offered: found !== undefined, global: found?.SupportsGlobalDatabases === true}
    })
  }

  concurrency(region: Region): Promise<Asked<number>> {
    return asked(() => concurrencyLimit(this.clients, region, {signal: this.signal, deadlineMs: DEADLINE_MS}))
  }

  proxies(region: Region, app: string | undefined): Promise<Asked<Shared>> {
    return asked(async () => {
      const [{DBProxies: found = []}, quota] = await Promise.all([
        this.#call('rds', region, 'DescribeDBProxies', {}),
        this.#call('servicequotas', region, 'GetServiceQuota', {ServiceCode: 'rds', QuotaCode: PROXY_QUOTA}),
      ])
      const own = found.filter(({DBProxyName}) => DBProxyName === `${app?.toLowerCase()}-${region}`)
      return {count: found.length, own: own.length, quota: quota.Quota?.Value ?? 0}
    })
  }

  zones(region: Region): Promise<Asked<string[]>> {
    return asked(async () => {
      // Local zones and those of Wavelength are none that a proxy could stand in.
      const Filters = [{Name: 'zone-type', Values: ['availability-zone']}]
      const {AvailabilityZones = []} = await this.#call('ec2', region, 'DescribeAvailabilityZones', {Filters})
      return AvailabilityZones.map(({ZoneId = ''}) => ZoneId)
    })
  }

  route(): Promise<Asked<{serving: Region; isWritten: boolean} | null>> {
    return asked(async () => {
      const route = await this.openRoute()
      const options = {signal: this.signal, deadlineMs: DEADLINE_MS}
      if (!route) return null
      const written = await route.prove?.(options)
      return {serving: written ?? (await route.serving(options)), isWritten: written !== undefined}
    })
  }

  async #bootstrapVersion(region: Region): Promise<number | null> {
    return orNull(['ParameterNotFound'], async () => {
      const answer = await this.#call('ssm', region, 'GetParameter', {Name: BOOTSTRAP_PARAMETER})
      return Number(answer.Parameter?.Value)
    })
  }

  async #bootstrapStack(region: Region): Promise<string | null> {
    // CloudFormation answers ValidationError for a stack that does not exist.
    return orNull(['ValidationError'], async () => {
      const answer = await this.#call('cloudformation', region, 'DescribeStacks', {StackName: BOOTSTRAP_STACK})
      return answer.Stacks?.[0]?.StackStatus ?? null
    })
  }

  async #hasBucket(region: Region, bucket: string): Promise<boolean> {
    const found = await orNull(['NotFound', 'NoSuchBucket'], () =>
      this.#call('s3', region, 'HeadBucket', {Bucket: bucket}),
    )
    return found !== null
  }

  /** Of IAM Identity Center, or of the role's STS, by the profile; undefined where the credentials depend on no region. */
  async #signInRegion(sources: readonly string[]): Promise<Region | undefined> {
    const sso = sources.some((one) => one.includes('SSO'))
    if (!sso && !sources.some((one) => one.includes('ASSUME_ROLE'))) return undefined
    const {configFile} = await loadSharedConfigFiles()
    const name = this.access.profile ?? process.env.AWS_PROFILE ?? 'default'
    const profile = configFile[name] ?? {}
    if (!sso) return process.env.AWS_REGION ?? profile.region
    const session = profile.sso_session === undefined ? {} : configFile[`sso-session.${profile.sso_session}`]
    return session?.sso_region ?? profile.sso_region
  }

  #call<S extends Service, O extends Operation<S>>(
    service: S,
    region: Region,
    operation: O,
    input: Input<S, O>,
  ): Promise<Output<S, O>> {
    return this.clients.call(service, region, operation, input, {signal: this.signal, deadlineMs: DEADLINE_MS})
  }
}

/** HTTP's dates are cut to the second: half a second is the best guess at the rest. */
const offset = (date: number, started: number, ended: number): number => date + 500 - (started + ended) / 2

/** Null where AWS says with one of `codes` that there is none. */
async function orNull<T>(codes: string[], ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask()
  } catch (error) {
    if (isFault(error, ...codes)) return null
    throw error
  }
}

async function asked<T>(ask: () => Promise<T>): Promise<Asked<T>> {
  try {
    return {known: true, value: await ask()}
  } catch (error) {
    if (!(error instanceof DrError)) throw error
    const {code, message, why, next} = error
    return {
      known: false,
      code,
      why: why === undefined ? message : `${message}: ${why}`,
      next: next === 'todo-dr status' ? undefined : next,
    }
  }
}
