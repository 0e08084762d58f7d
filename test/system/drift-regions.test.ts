/** How a lab is set up: alike in both regions and as its template as deployed and after switches, and what somebody changes by hand is found. */

import {APIGatewayClient, UpdateStageCommand} from '@aws-sdk/client-api-gateway'
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
} from '@aws-sdk/client-cloudwatch'
import {CloudWatchLogsClient, PutRetentionPolicyCommand} from '@aws-sdk/client-cloudwatch-logs'
import {
  CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
  UpdateUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  TagResourceCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import {
  DescribeDBClustersCommand,
  ModifyDBClusterCommand,
  ModifyDBClusterParameterGroupCommand,
  ModifyDBProxyCommand,
  RDSClient,
} from '@aws-sdk/client-rds'
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  StopReplicationToReplicaCommand,
} from '@aws-sdk/client-secrets-manager'
import {expect} from 'chai'
import {SCHEMAS} from '../../src/actions/drift/result.js'
import type {DriftResult} from '../../src/actions/drift/result.js'
import type {Deployment} from '../../src/model/deployment.js'
import {Sandbox, type LabStatus} from '../support/cli.js'
import {callLab, labKeys} from '../support/lab.js'
import {GetParameterCommand, SSMClient} from '@aws-sdk/client-ssm'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'
const CLUSTER = `todomgmt-${AWAY}`
const PASSWORD = 'battery-staple-4711'

describe('drift of the regions', function () {
  this.timeout(480_000)
  const sandbox = new Sandbox()
  let status: LabStatus
  let access: {region: string; endpoint: string; credentials: {accessKeyId: string; secretAccessKey: string}}

  const drift = async (code: number, kind = '--regions'): Promise<DriftResult> => {
    const result = await sandbox.json<DriftResult>(['drift', kind], code)
    expect(() => SCHEMAS.drift.parse(result)).not.to.throw()
    return result
  }

  const named = ({differences}: DriftResult): string[] => differences.map((one) => `${one.class} ${one.subject}`)

  const fault = async (method: string, body?: object): Promise<void> => {
    const answer = await callLab(status, method, 'faults', body)
    expect(answer.status, await answer.text()).to.be.oneOf([200, 201, 204])
  }

  before(async () => {
    status = await sandbox.seededLab()
    access = {region: AWAY, endpoint: status.endpoint, credentials: labKeys(status)}
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  it('drift: finds none between the regions of a fresh deployment', async () => {
    for (const kind of ['--regions', '--template'])
      expect(await drift(0, kind)).to.deep.include({clean: true, differences: [], unknown: [], expected: []})
  })

  it('drift: finds none after a switchover, which changes roles alone', async () => {
    await sandbox.expect(0, ['switchover'])
    expect(await drift(0)).to.deep.include({clean: true, differences: [], unknown: []})
    const swapped = await drift(0, '--template')
    expect(swapped.differences).to.deep.equal([])
    expect(swapped.expected.map((one) => one.class)).to.include('expected role swap')
    await sandbox.expect(0, ['failback'])
    expect(await drift(0)).to.deep.include({clean: true, differences: [], unknown: [], expected: []})
  })

  it('drift: knows a rehearsal outage, and says how it ends', async () => {
    await sandbox.expect(0, ['outage', 'start', '--region', HOME, '--kind', 'api', '--confirm', 'ToDoMgmt'])
    const {differences, expected} = await drift(0)
    expect(differences).to.deep.equal([])
    expect(new Set(expected.map((one) => `${one.class} ${one.region} ${one.next}`))).to.deep.equal(
      new Set([`expected outage ${HOME} todo-dr outage stop`]),
    )
    await sandbox.expect(0, ['outage', 'stop'])
    expect(await drift(0)).to.deep.include({expected: []})
  })

  it('drift: finds what was changed by hand in one region, each by its subject, and shows no password', async () => {
    const [lambda, rds, alarms] = [new LambdaClient(access), new RDSClient(access), new CloudWatchClient(access)]
    const [cognito, apis] = [new CognitoIdentityProviderClient(access), new APIGatewayClient(access)]
    const get = `ToDoMgmt-app-${AWAY}-GetToDos`
    const {Parameter} = await new SSMClient(access).send(
      new GetParameterCommand({Name: '/todo-dr/ToDoMgmt/deployment'}),
    )
    const here = (JSON.parse(Parameter!.Value!) as Deployment).regions.find(({region}) => region === AWAY)!

    const {Environment, FunctionArn} = await lambda.send(new GetFunctionConfigurationCommand({FunctionName: get}))
    const Variables = {...Environment!.Variables, DB_NAME: 'other', API_TOKEN: PASSWORD}
    const change = {FunctionName: get, MemorySize: 1024, Environment: {Variables}}
    await lambda.send(new UpdateFunctionConfigurationCommand(change))
    await lambda.send(new PutFunctionConcurrencyCommand({FunctionName: get, ReservedConcurrentExecutions: 5}))
    await lambda.send(new TagResourceCommand({Resource: FunctionArn!, Tags: {owner: 'somebody'}}))

    const {DBClusters} = await rds.send(new DescribeDBClustersCommand({DBClusterIdentifier: CLUSTER}))
    const ServerlessV2ScalingConfiguration = {MinCapacity: 0.5, MaxCapacity: 2}
    await rds.send(new ModifyDBClusterCommand({DBClusterIdentifier: CLUSTER, ServerlessV2ScalingConfiguration}))
    const proxy = {IdleClientTimeout: 60, DefaultAuthScheme: 'IAM_AUTH' as const}
    await rds.send(new ModifyDBProxyCommand({DBProxyName: here.proxyName, ...proxy}))
    const Parameters = [
      {ParameterName: 'long_query_time', ParameterValue: '5', ApplyMethod: 'immediate' as const},
      {ParameterName: 'auto_increment_offset', ParameterValue: '4', ApplyMethod: 'immediate' as const},
    ]
    const DBClusterParameterGroupName = DBClusters![0]!.DBClusterParameterGroup!
    await rds.send(new ModifyDBClusterParameterGroupCommand({DBClusterParameterGroupName, Parameters}))

    const [lag, errors] = [`${CLUSTER}-ReplicationLag`, `${CLUSTER}-FunctionErrors`]
    const {MetricAlarms} = await alarms.send(new DescribeAlarmsCommand({AlarmNames: [lag]}))
    await alarms.send(new PutMetricAlarmCommand({...MetricAlarms![0]!, AlarmName: lag, Threshold: 60_000}))
    await alarms.send(new DeleteAlarmsCommand({AlarmNames: [errors]}))

    const pool = {UserPoolId: here.userPoolId, ClientId: here.clientId}
    const {UserPoolClient: client} = await cognito.send(new DescribeUserPoolClientCommand(pool))
    const {AllowedOAuthFlows, AllowedOAuthScopes, SupportedIdentityProviders, TokenValidityUnits} = client!
    const flows = {AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows, AllowedOAuthScopes}
    const others = {...flows, SupportedIdentityProviders, TokenValidityUnits}
    await cognito.send(new UpdateUserPoolClientCommand({...pool, ...others, AccessTokenValidity: 120}))

    const [restApiId] = new URL(here.apiUrl).hostname.split('.')
    const throttle = {op: 'replace' as const, path: '/*/*/throttling/rateLimit', value: '10'}
    await apis.send(new UpdateStageCommand({restApiId, stageName: 'prod', patchOperations: [throttle]}))

    const ran = await sandbox.expect(5, ['drift', '--regions', '--json'])
    const result = SCHEMAS.drift.parse(JSON.parse(ran.stdout))
    expect(named(result)).to.have.members([
      'changed function ToDoMgmt-app-GetToDos.memory',
      'changed function ToDoMgmt-app-GetToDos.environment DB_NAME',
      'extra function ToDoMgmt-app-GetToDos.environment API_TOKEN',
      'extra function ToDoMgmt-app-GetToDos.concurrency',
      'extra function ToDoMgmt-app-GetToDos.tag owner',
      'changed database.maximum capacity',
      'changed database parameters.long_query_time',
      'changed proxy.idle timeout',
      'changed proxy.default authentication',
      'changed alarm todomgmt-ReplicationLag.threshold',
      'missing alarm todomgmt-FunctionErrors',
      'changed token client.token validity',
      'changed API.stage */* throttlingRateLimit',
    ])
    expect(
      result.differences.every(
        ({region, next}) => region === AWAY && next!.startsWith('first type todo-dr drift --template '),
      ),
    ).to.equal(true)
    expect(result.unknown).to.deep.equal([])
    const shown = await sandbox.expect(5, ['drift', '--regions'])
    const template = await drift(5, '--template')
    expect(new Set(template.differences.map((one) => one.class))).to.deep.equal(new Set(['configuration']))
    const subjects = template.differences.map(({subject}) => subject.replace(/[\dA-F]{8} /, ' '))
    for (const part of [
      /Cluster.*MaxCapacity$/,
      /Proxy.*IdleClientTimeout$/,
      /ReplicationLag.*Threshold$/,
      /FunctionErrors/,
    ])
      expect(
        subjects.some((subject) => part.test(subject)),
        String(part),
      ).to.equal(true)
    expect(ran.stdout + ran.stderr + shown.stdout + shown.stderr).not.to.include(PASSWORD)
    expect(shown.stdout).to.include(`regions  changed  ${AWAY}  database.maximum capacity: `)
  })

  it('drift: finds another secret, quota and retention of a log, and says what to do about what no template makes', async () => {
    const before = named(await drift(5))
    const secrets = new SecretsManagerClient(access)
    const SecretId = 'ToDoMgmt/admin'
    const {SecretString} = await secrets.send(new GetSecretValueCommand({SecretId}))
    await secrets.send(new StopReplicationToReplicaCommand({SecretId}))
    const other = JSON.stringify({...(JSON.parse(SecretString!) as object), password: PASSWORD})
    await secrets.send(new PutSecretValueCommand({SecretId, SecretString: other}))
    const quota = {region: AWAY, serviceCode: 'rds', code: 'L-D94C7EA3', value: 5}
    expect((await callLab(status, 'PUT', 'quotas', quota)).status).to.equal(200)
    const logs = new CloudWatchLogsClient(access)
    const logGroupName = `/aws/apigateway/${CLUSTER}`
    await logs.send(new PutRetentionPolicyCommand({logGroupName, retentionInDays: 1}))

    const result = await drift(5)
    const found = result.differences.filter((one) => !before.includes(`${one.class} ${one.subject}`))
    const told = found.map(
      (one) => `${one.class} ${one.subject.replace(/ \(.*\)/, '')}: ${one.next!.split(' ').slice(0, 3).join(' ')}`,
    )
    expect(told).to.have.members([
      'changed secret ToDoMgmt/admin.password: put the right',
      'changed quota rds L-D94C7EA3.value: have the lower',
      'changed log group aws/apigateway/todomgmt.retention: first type todo-dr',
    ])
    expect(JSON.stringify(result)).not.to.include(PASSWORD)
  })

  it('drift: names a region that does not answer, within its deadline', async () => {
    await fault('POST', {kind: 'region-loss', region: AWAY, mode: 'hang'})
    const {seconds, code, stdout} = await sandbox.run(['drift', '--regions', '--json'])
    const {unknown, differences} = JSON.parse(stdout) as DriftResult
    expect([code, differences]).to.deep.equal([6, []])
    expect(unknown.map(({region, subject}) => [region, subject])).to.deep.equal([[AWAY, null]])
    // Nothing of the region ever answers: without its deadline this would take minutes.
    expect(seconds).to.be.below(60)
  })
})
