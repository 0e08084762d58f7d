/** Plants on the way of a client: API, tokens, edge, route, secrets, and the alarms that watch it. */

import {
  GetAuthorizersCommand,
  GetStageCommand,
  UpdateAuthorizerCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway'
import type {PatchOperation} from '@aws-sdk/client-api-gateway'
import {
  GetDistributionConfigCommand,
  ListKeyValueStoresCommand,
  UpdateDistributionCommand,
} from '@aws-sdk/client-cloudfront'
import {DescribeKeyValueStoreCommand, PutKeyCommand} from '@aws-sdk/client-cloudfront-keyvaluestore'
import {
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  DisableAlarmActionsCommand,
  EnableAlarmActionsCommand,
  ListTagsForResourceCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch'
import type {MetricAlarm, PutMetricAlarmInput} from '@aws-sdk/client-cloudwatch'
import {
  DescribeResourceServerCommand,
  DescribeUserPoolClientCommand,
  UpdateResourceServerCommand,
  UpdateUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import type {UpdateUserPoolClientRequest} from '@aws-sdk/client-cognito-identity-provider'
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  RemoveRegionsFromReplicationCommand,
  ReplicateSecretToRegionsCommand,
  StopReplicationToReplicaCommand,
} from '@aws-sdk/client-secrets-manager'
import {property, setting} from './database.js'
import {until} from './ground.js'
import type {Ground} from './ground.js'
import {AWAY, HOME} from './plant.js'
import type {Plant, Undo} from './plant.js'

const alarmOf = (name: string): string => `todomgmt-${AWAY}-${name}`
const ALARM = 'trouble in one region rings later than in the other, or not at all'
const API = 'requests that one region takes may be refused or throttled by the other'
const CLIENT = 'clients get no token, or another one, after a switch'

const PROPERTY: Record<string, string> = {threshold: 'Threshold', period: 'Period', periods: 'EvaluationPeriods'}

async function alarm({away}: Ground, name: string, change: Partial<PutMetricAlarmInput>): Promise<Undo> {
  const found = await described(away, name)
  await away.alarms.send(new PutMetricAlarmCommand({...(found as PutMetricAlarmInput), ...change}))
  return () => away.alarms.send(new PutMetricAlarmCommand(found as PutMetricAlarmInput))
}

async function described({alarms}: Ground['away'], name: string): Promise<MetricAlarm> {
  const {MetricAlarms} = await alarms.send(new DescribeAlarmsCommand({AlarmNames: [alarmOf(name)]}))
  return MetricAlarms![0]!
}

async function stage(ground: Ground, change: PatchOperation, before: PatchOperation): Promise<Undo> {
  const patch = (operation: PatchOperation) =>
    ground.away.apis.send(
      new UpdateStageCommand({restApiId: apiOf(ground), stageName: 'prod', patchOperations: [operation]}),
    )
  await patch(change)
  return () => patch(before)
}

/** Sets a throttle of all methods, or takes it away. */
async function throttle(ground: Ground, name: 'burst' | 'rate', value: string | undefined): Promise<Undo> {
  const {methodSettings} = await ground.away.apis.send(
    new GetStageCommand({restApiId: apiOf(ground), stageName: 'prod'}),
  )
  const {throttlingRateLimit, throttlingBurstLimit} = methodSettings!['*/*']!
  const before = name === 'rate' ? throttlingRateLimit : throttlingBurstLimit
  const path = `/*/*/throttling/${name}Limit`
  return stage(ground, value === undefined ? {op: 'remove', path} : {op: 'replace', path, value}, {
    op: 'replace',
    path,
    value: String(before),
  })
}

const apiOf = ({there}: Ground): string => new URL(there.apiUrl).hostname.split('.')[0]!

/** What an update leaves out falls back to its default. */
async function tokenClient({away, there}: Ground, change: Partial<UpdateUserPoolClientRequest>): Promise<Undo> {
  const pool = {UserPoolId: there.userPoolId, ClientId: there.clientId}
  const {UserPoolClient} = await away.cognito.send(new DescribeUserPoolClientCommand(pool))
  const {ClientSecret: _, CreationDate: __, LastModifiedDate: ___, ...before} = UserPoolClient!
  const update = (settings: object) => away.cognito.send(new UpdateUserPoolClientCommand({...pool, ...settings}))
  await update({...before, ...change})
  return () => update(before)
}

const STRAY_ORIGIN: Plant = {
  name: 'An origin of the distribution leads to the other region',
  by: 'cloudfront `UpdateDistribution`',
  async make({home, deployment}) {
    const Id = deployment.edge.distributionId
    const aim = async (from: string, to: string) => {
      const {DistributionConfig: found, ETag} = await home.cloudfront.send(new GetDistributionConfigCommand({Id}))
      const host = (region: string) => new URL(deployment.regions.find((one) => one.region === region)!.apiUrl).host
      const Items = found!.Origins!.Items!.map((origin) =>
        origin.Id === from ? {...origin, DomainName: host(to)} : origin,
      )
      const DistributionConfig = {...found!, Origins: {...found!.Origins!, Items}}
      await home.cloudfront.send(new UpdateDistributionCommand({Id, IfMatch: ETag, DistributionConfig}))
    }

    await aim(AWAY, HOME)
    return () => aim(AWAY, AWAY)
  },
  health: [
    {
      check: 'distribution',
      region: null,
      level: 'problem',
      says: `and not to the API of ${AWAY}`,
      next: `set its domain name back to *.execute-api.${AWAY}.amazonaws.com in the CloudFront console`,
    },
  ],
  drift: [
    {
      ...property('*Distribution* (AWS::CloudFront::Distribution)/DistributionConfig/Origins/1/DomainName'),
      region: HOME,
    },
  ],
}

export const PATH_PLANTS: readonly Plant[] = [
  STRAY_ORIGIN,
  {
    name: 'An alarm is gone',
    by: 'cloudwatch `DeleteAlarms`',
    async make({away}) {
      const found = await described(away, 'ApiErrors')
      const {Tags} = await away.alarms.send(new ListTagsForResourceCommand({ResourceARN: found.AlarmArn}))
      await away.alarms.send(new DeleteAlarmsCommand({AlarmNames: [alarmOf('ApiErrors')]}))
      return () => away.alarms.send(new PutMetricAlarmCommand({...(found as PutMetricAlarmInput), Tags}))
    },
    health: [
      {
        check: 'alarms',
        region: AWAY,
        level: 'problem',
        says: `missing: ${alarmOf('ApiErrors')}`,
        next: `make it as it is in ${HOME}: aws cloudwatch describe-alarms --region ${HOME} --alarm-names todomgmt-${HOME}-ApiErrors`,
      },
    ],
    drift: [
      setting('alarm todomgmt-ApiErrors', ALARM, 'missing'),
      property('*AlarmsApiErrors* (AWS::CloudWatch::Alarm)'),
    ],
  },
  {
    name: 'An alarm rings later',
    by: 'cloudwatch `PutMetricAlarm`',
    make: (ground) => alarm(ground, 'ReplicationLag', {Threshold: 60_000}),
    drift: [
      setting('alarm todomgmt-ReplicationLag.threshold', ALARM),
      property('*ReplicationLag* (AWS::CloudWatch::Alarm)/Threshold'),
    ],
  },
  {
    name: 'An alarm tells nobody',
    by: 'cloudwatch `DisableAlarmActions`',
    async make({away}) {
      const AlarmNames = [alarmOf('FunctionErrors')]
      await away.alarms.send(new DisableAlarmActionsCommand({AlarmNames}))
      return () => away.alarms.send(new EnableAlarmActionsCommand({AlarmNames}))
    },
    drift: [setting('alarm todomgmt-FunctionErrors.actions enabled', ALARM)],
  },
  {
    name: 'A secret is not copied any more',
    by: 'secretsmanager `RemoveRegionsFromReplication`',
    async make({home}) {
      const SecretId = 'ToDoMgmt/admin'
      await home.secrets.send(new RemoveRegionsFromReplicationCommand({SecretId, RemoveReplicaRegions: [AWAY]}))
      return () =>
        home.secrets.send(new ReplicateSecretToRegionsCommand({SecretId, AddReplicaRegions: [{Region: AWAY}]}))
    },
    health: [
      {
        check: 'secrets',
        region: AWAY,
        level: 'problem',
        says: 'missing: ToDoMgmt/admin',
        next: `copy it again from ${HOME}: aws secretsmanager replicate-secret-to-regions --region ${HOME} --secret-id ToDoMgmt/admin`,
      },
      {
        check: 'gates',
        region: AWAY,
        level: 'problem',
        says: `a failover would be refused by secrets: a login would fail in ${AWAY}: it lacks ToDoMgmt/admin`,
        next: 'todo-dr drift --regions says which values differ; put them right, and wait until they are copied; to switch all the same: --waive secrets=REASON',
      },
    ],
    drift: [
      {
        kind: 'regions',
        class: 'missing',
        region: AWAY,
        subject: 'secret ToDoMgmt/admin',
        says: 'whoever logs in with it is refused in one of the regions',
        next: `copy it from ${HOME}: aws secretsmanager replicate-secret-to-regions --region ${HOME} --secret-id ToDoMgmt/admin --add-replica-regions Region=${AWAY}`,
      },
    ],
  },
  {
    name: 'Tokens live longer',
    by: 'cognito-idp `UpdateUserPoolClient`',
    make: (ground) => tokenClient(ground, {AccessTokenValidity: 120}),
    drift: [
      setting('token client.token validity', CLIENT),
      property('*Client* (AWS::Cognito::UserPoolClient)/AccessTokenValidity'),
    ],
  },
  {
    name: 'A scope has been added',
    by: 'cognito-idp `UpdateResourceServer`',
    async make({away, there}) {
      const {ResourceServer} = await away.cognito.send(
        new DescribeResourceServerCommand({UserPoolId: there.userPoolId, Identifier: 'api'}),
      )
      const {UserPoolId, Identifier, Name, Scopes = []} = ResourceServer!
      const update = (all: typeof Scopes) =>
        away.cognito.send(new UpdateResourceServerCommand({UserPoolId, Identifier, Name, Scopes: all}))
      await update([...Scopes, {ScopeName: 'admin', ScopeDescription: 'Everything'}])
      return () => update(Scopes)
    },
    drift: [
      setting('resource server api.scopes', 'tokens lack a scope after a switch'),
      property('*Pool* (AWS::Cognito::UserPoolResourceServer)/Scopes*'),
    ],
  },
  {
    name: 'Requests are throttled earlier',
    by: 'apigateway `UpdateStage`',
    make: (ground) => throttle(ground, 'rate', '10'),
    drift: [
      setting('API.stage */* throttlingRateLimit', API),
      property('*Stage* (AWS::ApiGateway::Stage)/MethodSettings/0/ThrottlingRateLimit'),
    ],
  },
  {
    name: 'A throttle is gone',
    by: 'apigateway `UpdateStage`',
    make: (ground) => throttle(ground, 'burst', undefined),
    drift: [
      setting('API.stage */* throttlingBurstLimit', API, 'missing'),
      property('*Stage* (AWS::ApiGateway::Stage)/MethodSettings/0/ThrottlingBurstLimit'),
    ],
  },
  {
    name: 'Requests are traced',
    by: 'apigateway `UpdateStage`',
    make: (ground) =>
      stage(
        ground,
        {op: 'replace', path: '/tracingEnabled', value: 'true'},
        {op: 'replace', path: '/tracingEnabled', value: 'false'},
      ),
    drift: [setting('API.stage tracing', API)],
  },
  {
    name: 'The stage has a variable of its own',
    by: 'apigateway `UpdateStage`',
    make: (ground) =>
      stage(
        ground,
        {op: 'replace', path: '/variables/feature', value: 'on'},
        {op: 'remove', path: '/variables/feature'},
      ),
    drift: [setting('API.stage variable feature', API, 'extra')],
  },
]

/** All break the way through the region away, or are seen at the same place as another plant. */
export const BROKEN_PATH: readonly Plant[] = [
  {
    name: 'The API keeps what its authorizer said for longer',
    by: 'apigateway `UpdateAuthorizer`',
    async make(ground) {
      const restApiId = apiOf(ground)
      const {items} = await ground.away.apis.send(new GetAuthorizersCommand({restApiId}))
      const {id: authorizerId, authorizerResultTtlInSeconds: before} = items![0]!
      const keep = (seconds?: number) =>
        ground.away.apis.send(
          new UpdateAuthorizerCommand({
            restApiId,
            authorizerId,
            patchOperations: [{op: 'replace', path: '/authorizerResultTtlInSeconds', value: String(seconds)}],
          }),
        )
      await keep(3600)
      return () => keep(before)
    },
    drift: [setting('authorizer both-regions.cached for', 'tokens that one region takes are refused by the other')],
  },
  {
    name: 'The user pool refuses the client',
    by: 'cognito-idp `UpdateUserPoolClient`',
    make: (ground) =>
      tokenClient(ground, {AllowedOAuthFlowsUserPoolClient: false, AllowedOAuthFlows: [], AllowedOAuthScopes: []}),
    health: [
      {
        check: 'tokens',
        region: AWAY,
        level: 'problem',
        says: `the token endpoint of ${AWAY} issued no token`,
        next: `aws cognito-idp describe-user-pool-client --region ${AWAY} --user-pool-id ${AWAY}_* --client-id *`,
      },
    ],
    drift: [
      setting('token client.flows', CLIENT),
      setting('token client.flows allowed', CLIENT),
      setting('token client.scopes', CLIENT),
      property('*Client* (AWS::Cognito::UserPoolClient)/AllowedOAuthFlows*'),
      property('*Client* (AWS::Cognito::UserPoolClient)/AllowedOAuthScopes*'),
    ],
  },
  {
    name: 'A secret has another value',
    by: 'secretsmanager `StopReplicationToReplica`, `PutSecretValue`',
    async make({home, away}) {
      const SecretId = 'ToDoMgmt/app'
      const {SecretString} = await home.secrets.send(new GetSecretValueCommand({SecretId}))
      await away.secrets.send(new StopReplicationToReplicaCommand({SecretId}))
      const other = {...(JSON.parse(SecretString!) as object), password: 'battery-staple-4711'}
      await away.secrets.send(new PutSecretValueCommand({SecretId, SecretString: JSON.stringify(other)}))
      return async () => {
        await home.secrets.send(
          new ReplicateSecretToRegionsCommand({
            SecretId,
            AddReplicaRegions: [{Region: AWAY}],
            ForceOverwriteReplicaSecret: true,
          }),
        )
      }
    },
    health: [
      {
        check: 'secrets',
        region: AWAY,
        level: 'problem',
        says: `another value than in ${HOME}: ToDoMgmt/app`,
        next: `find out which value is right, then copy it again from ${HOME}: aws secretsmanager describe-secret --region ${HOME} --secret-id ToDoMgmt/app`,
      },
      {
        check: 'gates',
        region: AWAY,
        level: 'problem',
        says: `a failover would be refused by secrets: a login would fail in ${AWAY}: ToDoMgmt/app has another value`,
        next: 'todo-dr drift --regions says which values differ; put them right, and wait until they are copied; to switch all the same: --waive secrets=REASON',
      },
    ],
    drift: [
      {
        kind: 'regions',
        class: 'changed',
        region: AWAY,
        subject: 'secret ToDoMgmt/app.password',
        says: 'whoever logs in with it is refused in one of the regions',
        next: 'put the right value into the secret of the region that it is replicated from: aws secretsmanager put-secret-value',
      },
    ],
    maybe: [
      {check: 'api', region: AWAY, level: 'problem', says: 'answers 503 DatabaseUnavailable', next: 'todo-dr status'},
      {
        check: 'gates',
        region: AWAY,
        level: 'problem',
        says: 'a failover would be refused by target-reachable',
        next: 'wait until it answers again; check with todo-dr status',
      },
    ],
  },
  {
    name: 'An alarm rings',
    by: 'cloudwatch `PutMetricAlarm` with a threshold that any lag is above',
    async make(ground) {
      const undo = await alarm(ground, 'ReplicationLag', {Threshold: -1, Period: 10, EvaluationPeriods: 1})
      await until('the alarm rings', async () => {
        const {StateValue} = await described(ground.away, 'ReplicationLag')
        return StateValue === 'ALARM'
      })
      return async () => {
        await undo()
        await ground.away.alarms.send(
          new SetAlarmStateCommand({
            AlarmName: alarmOf('ReplicationLag'),
            StateValue: 'OK',
            StateReason: 'its threshold is what it was',
          }),
        )
      }
    },
    health: [
      {
        check: 'alarms',
        region: AWAY,
        level: 'problem',
        says: `in ALARM: ${alarmOf('ReplicationLag')}`,
        next: `aws cloudwatch describe-alarms --region ${AWAY} --alarm-names ${alarmOf('ReplicationLag')}`,
      },
    ],
    drift: ['threshold', 'period', 'periods'].flatMap((name) => [
      setting(`alarm todomgmt-ReplicationLag.${name}`, ALARM),
      property(`*ReplicationLag* (AWS::CloudWatch::Alarm)/${PROPERTY[name]}`),
    ]),
  },
]

export const OTHER_ROUTE: Plant = {
  name: 'Clients are sent to the standby',
  by: 'cloudfront-keyvaluestore `PutKey`',
  async make({home}) {
    const {KeyValueStoreList} = await home.cloudfront.send(new ListKeyValueStoresCommand({}))
    const KvsARN = KeyValueStoreList!.Items![0]!.ARN!
    const put = async (Value: string) => {
      const {ETag: IfMatch} = await home.keys.send(new DescribeKeyValueStoreCommand({KvsARN}))
      await home.keys.send(new PutKeyCommand({KvsARN, Key: 'serving', Value, IfMatch}))
    }

    await put(AWAY)
    return () => put(HOME)
  },
  health: [
    {
      check: 'route',
      region: null,
      level: 'problem',
      says: `clients are sent to ${AWAY}, but ${HOME} is the primary`,
      next: 'todo-dr steer',
    },
    {
      check: 'edge',
      region: null,
      level: 'problem',
      says: `a read is served by ${AWAY}, but ${HOME} is the primary`,
      next: 'todo-dr steer',
    },
  ],
}

export const NO_EDGE: Plant = {
  name: 'The distribution is disabled',
  by: 'cloudfront `UpdateDistribution`',
  async make({home, deployment}) {
    const Id = deployment.edge.distributionId
    const enable = async (Enabled: boolean) => {
      const {DistributionConfig, ETag} = await home.cloudfront.send(new GetDistributionConfigCommand({Id}))
      await home.cloudfront.send(
        new UpdateDistributionCommand({Id, IfMatch: ETag, DistributionConfig: {...DistributionConfig!, Enabled}}),
      )
    }

    await enable(false)
    return () => enable(true)
  },
  health: [
    {
      check: 'distribution',
      region: null,
      level: 'problem',
      says: 'is disabled: no client is served',
      next: 'enable it in the CloudFront console',
    },
    {
      check: 'edge',
      region: null,
      level: 'problem',
      says: 'a read through the edge is answered with 403',
      next: 'todo-dr status',
    },
  ],
  drift: [{...property('*Distribution* (AWS::CloudFront::Distribution)/DistributionConfig/Enabled'), region: HOME}],
}
