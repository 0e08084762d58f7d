/** Where plants are made: a lab with ToDos in it, its control planes, its servers, and the commands that look at it. */

import {APIGatewayClient} from '@aws-sdk/client-api-gateway'
import {CloudFormationClient} from '@aws-sdk/client-cloudformation'
import {CloudFrontClient} from '@aws-sdk/client-cloudfront'
import {CloudFrontKeyValueStoreClient} from '@aws-sdk/client-cloudfront-keyvaluestore'
import {CloudWatchClient} from '@aws-sdk/client-cloudwatch'
import {CloudWatchLogsClient} from '@aws-sdk/client-cloudwatch-logs'
import {CognitoIdentityProviderClient} from '@aws-sdk/client-cognito-identity-provider'
import {EventBridgeClient} from '@aws-sdk/client-eventbridge'
import {LambdaClient} from '@aws-sdk/client-lambda'
import {RDSClient} from '@aws-sdk/client-rds'
import {S3Client} from '@aws-sdk/client-s3'
import {SecretsManagerClient} from '@aws-sdk/client-secrets-manager'
import {GetParameterCommand, SSMClient} from '@aws-sdk/client-ssm'
import {STSClient} from '@aws-sdk/client-sts'
import '@aws-sdk/signature-v4a'
import {Agent} from 'node:http'
import type {LookupFunction} from 'node:net'
import {setTimeout as sleep} from 'node:timers/promises'
import {SCHEMAS as DRIFT} from '../../src/actions/drift/result.js'
import type {DriftKind, DriftResult} from '../../src/actions/drift/result.js'
import type {HealthIntent} from '../../src/actions/health/intents.js'
import {SCHEMAS as HEALTH} from '../../src/actions/health/result.js'
import type {HealthResult} from '../../src/actions/health/result.js'
import {SCHEMAS as STATUS} from '../../src/actions/status/result.js'
import {mapParameter} from '../../src/model/deployment.js'
import type {Deployment, RegionDeployment} from '../../src/model/deployment.js'
import {Sandbox, type LabStatus} from '../support/cli.js'
import {labKeys} from '../support/lab.js'
import {connect} from '../support/sql.js'
import {AWAY, HOME, shownDrift, shownHealth} from './plant.js'

const APP = 'ToDoMgmt'
/** How a command calls what it has not waited for any longer. */
const LATE = /no answer within/
const MOST_LOOKS = 5

/** The client of the store puts the account before the endpoint's host. */
const toLoopback: LookupFunction = (_, {all}, callback) =>
  all ? callback(null, [{address: '127.0.0.1', family: 4}]) : callback(null, '127.0.0.1', 4)

/** The clients of one region. */
function clientsOf(status: LabStatus, region: string) {
  const access = {region, endpoint: status.endpoint, credentials: labKeys(status)}
  return {
    apis: new APIGatewayClient(access),
    cloudformation: new CloudFormationClient(access),
    cloudfront: new CloudFrontClient(access),
    cognito: new CognitoIdentityProviderClient(access),
    events: new EventBridgeClient(access),
    keys: new CloudFrontKeyValueStoreClient({
      ...access,
      endpoint: status.endpoint.replace('127.0.0.1', 'localhost'),
      requestHandler: {httpAgent: new Agent({lookup: toLoopback})},
    }),
    lambda: new LambdaClient(access),
    logs: new CloudWatchLogsClient(access),
    alarms: new CloudWatchClient(access),
    rds: new RDSClient(access),
    s3: new S3Client({...access, forcePathStyle: true}),
    secrets: new SecretsManagerClient(access),
    ssm: new SSMClient(access),
    sts: new STSClient(access),
  }
}

export type Clients = ReturnType<typeof clientsOf>

export class Ground {
  /** Looks that were made again since an answer came too late. */
  late = 0

  private constructor(
    readonly sandbox: Sandbox,
    readonly status: LabStatus,
    readonly home: Clients,
    readonly away: Clients,
    readonly deployment: Deployment,
  ) {}

  static async open(sandbox: Sandbox): Promise<Ground> {
    // Only such a lab knows who may do what.
    const status = await sandbox.seededLab('--enforce-iam')
    const [home, away] = [clientsOf(status, HOME), clientsOf(status, AWAY)]
    const {Parameter} = await home.ssm.send(new GetParameterCommand({Name: mapParameter(APP)}))
    return new Ground(sandbox, status, home, away, JSON.parse(Parameter!.Value!) as Deployment)
  }

  async close(): Promise<void> {
    await this.sandbox.run(['lab', 'stop'])
    this.sandbox.remove()
  }

  /** What the map says of the region away. */
  get there(): RegionDeployment {
    return this.deployment.regions.find(({region}) => region === AWAY)!
  }

  /** Runs statements on the primary, one after the other, and returns when the standby has them too. */
  async onPrimary(...statements: string[]): Promise<void> {
    const position = await this.#inSession(HOME, [
      "SET time_zone = '+00:00'",
      ...statements,
      'SELECT @@gtid_binlog_pos',
    ])
    await this.#inSession(AWAY, [`SELECT MASTER_GTID_WAIT('${position}', 60)`])
  }

  /** Runs statements on the standby's own server, where they stay: a later primary must not send them on. */
  async onStandby(...statements: string[]): Promise<void> {
    await this.#inSession(AWAY, ["SET sql_log_bin = 0, time_zone = '+00:00'", ...statements])
  }

  /** The first value of the last statement, where that has one. A session does not survive what is done to its server. */
  async #inSession(region: string, statements: string[]): Promise<unknown> {
    const session = await connect(this.status, region)
    try {
      let last: unknown
      for (const sql of statements) [last] = await session.query(sql)
      return Array.isArray(last) ? Object.values(last[0] as object)[0] : undefined
    } finally {
      session.destroy()
    }
  }

  /** In one word, as `status` has it. */
  async situation(): Promise<string> {
    const {stdout, stderr} = await this.sandbox.run(['status', '--json'])
    return parsed(() => STATUS.status.parse(JSON.parse(stdout)), stdout + stderr).situation
  }

  /** Whatever it comes to: levels alone decide the exit status. */
  health(...args: string[]): Promise<HealthResult> {
    return this.#inTime(
      () => this.healthAsItIs(...args),
      ({findings}) => findings.some(({level, text}) => level === 'unknown' && LATE.test(text)),
    )
  }

  /** Once, though something may not answer in time. */
  async healthAsItIs(...args: string[]): Promise<HealthResult> {
    const {code, stdout, stderr} = await this.sandbox.run(['health', '--json', ...args])
    const result = parsed(() => HEALTH.health.parse(JSON.parse(stdout)), stdout + stderr)
    const levels = new Set(result.findings.map(({level}) => level))
    const status = levels.has('problem') ? 5 : levels.has('unknown') ? 6 : 0
    if (code !== status) throw new Error(`health ended with ${code}, not with ${status}\n${stdout}`)
    return result
  }

  /** Without a kind: all that make sense here. */
  drift(...kinds: DriftKind[]): Promise<DriftResult> {
    return this.#inTime(
      () => this.#drift(kinds),
      ({unknown}) => unknown.some(({reason}) => LATE.test(reason)),
    )
  }

  async #drift(kinds: DriftKind[]): Promise<DriftResult> {
    const {code, stdout, stderr} = await this.sandbox.run(['drift', '--json', ...kinds.map((kind) => `--${kind}`)])
    const result = parsed(() => DRIFT.drift.parse(JSON.parse(stdout)), stdout + stderr)
    const status = result.differences.length > 0 ? 5 : result.unknown.length > 0 ? 6 : 0
    if (code !== status) throw new Error(`drift ended with ${code}, not with ${status}\n${stdout}`)
    return result
  }

  /** The lab shares this machine: on a busy one an answer may be later than a command waits, which says nothing of a deployment. */
  async #inTime<T>(look: () => Promise<T>, isLate: (result: T) => boolean): Promise<T> {
    for (let tries = 1; ; tries++) {
      const result = await look()
      if (tries === MOST_LOOKS || !isLate(result)) return result
      this.late++
    }
  }
}

/** Waits for what a service does in its own time. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await isSo()) return
    await sleep(200)
  }

  throw new Error(`${what}: it did not come about within two minutes`)
}

function parsed<T>(parse: () => T, printed: string): T {
  try {
    return parse()
  } catch (error) {
    throw new Error(`${String(error)}\n${printed}`)
  }
}

/**
 * All that health and drift say of a lab with which nothing is wrong. `rehearsed`: a switch has been carried out. A failover leaves its old
 * primary to be rebuilt, and until that replicates something is wrong.
 */
export async function falseAlarms(
  ground: Pick<Ground, 'drift' | 'health' | 'situation'>,
  {rehearsed, intent = 'failover'}: {rehearsed: boolean; intent?: HealthIntent},
): Promise<string[]> {
  await until('the situation is Healthy', async () => (await ground.situation()) === 'Healthy')
  const {findings, score} = await ground.health('--for', intent)
  const {differences, unknown} = await ground.drift()
  const alarms = findings.filter(({level, check}) => level !== 'ok' && (rehearsed || check !== 'rehearsal'))
  return [
    ...alarms.map((one) => `health: ${shownHealth(one)}`),
    ...(alarms.length === 0 && rehearsed && score < 100 ? [`health: a score of ${score}`] : []),
    ...differences.map((one) => `drift: ${shownDrift(one)}`),
    ...unknown.map((one) => `drift: unknown ${JSON.stringify(one)}`),
  ]
}
