/** The ARNs of a deployment, as the template names things: known from its configuration alone, without a call. */

import type {Region} from '../model/deployment.js'
import type {Place} from '../model/permission.js'
import {deliveryBucket, deliveryName, repositoryName} from '../model/delivery.js'
import {PROGRAM_KEY, STAGES, pipelineBucket, pipelineName} from '../model/pipeline.js'
import {homeOf, withEdge} from '../model/regions.js'

/** What the API's functions are called behind the application's name and the region. */
export const FUNCTIONS = {
  createTable: 'CreateTableFunction',
  get: 'GetToDos',
  upsert: 'UpsertToDos',
  remove: 'RemoveToDos',
  ledgerCheck: 'LedgerCheck',
  compareRows: 'CompareRows',
  authorizer: 'TokenAuthorizer',
} as const

export type FunctionName = keyof typeof FUNCTIONS

/** One resource or several, in any region: roles change, permissions must not. */
type Resources = (place: Place) => string[]

const lower = ({app}: Place): string => app.toLowerCase()

const inEach =
  (make: (place: Place, region: Region) => string | string[]): Resources =>
  (place) =>
    place.order.flatMap((region) => make(place, region))

const everywhere =
  (make: (place: Place, region: Region) => string | string[]): Resources =>
  (place) =>
    withEdge(place.order).flatMap((region) => make(place, region))

const programBuckets = (place: Place): string[] => [
  ...place.order.map((region) => pipelineBucket(place.app, place.account, region)),
  deliveryBucket(place.app, place.account, homeOf(place)),
]

/** A `*` stands only where the service puts something random, or lists. */
export const ARN = {
  map: inEach(({account, app}, region) => `arn:aws:ssm:${region}:${account}:parameter/todo-dr/${app}/deployment`),
  globalCluster: (place: Place) => [`arn:aws:rds::${place.account}:global-cluster:${lower(place)}`],
  cluster: inEach((place, region) => `arn:aws:rds:${region}:${place.account}:cluster:${lower(place)}-${region}`),
  /** One that a person names. */
  clusters: inEach(({account}, region) => `arn:aws:rds:${region}:${account}:cluster:*`),
  /** Those that Aurora makes at a failover, and their copies. Of all regions, since a policy may not be long: the names hold the region. */
  leftSnapshots: (place: Place) =>
    [`rds:unplanned-global-failover-${lower(place)}-*`, `${lower(place)}-*-kept-*`].map(
      (name) => `arn:aws:rds:*:${place.account}:cluster-snapshot:${name}`,
    ),
  /** The id of a key is random. */
  key: inEach(({account}, region) => `arn:aws:kms:${region}:${account}:key/*`),
  /** DescribeDBInstances by cluster is a list: IAM asks for all of them. */
  anyInstance: inEach(({account}, region) => `arn:aws:rds:${region}:${account}:db:*`),
  /** The ARN of a proxy holds an id and not its name. */
  proxy: inEach(({account}, region) => [
    `arn:aws:rds:${region}:${account}:db-proxy:prx-*`,
    `arn:aws:rds:${region}:${account}:target-group:prx-tg-*`,
  ]),
  /** DescribeDBProxies without a name is a list. */
  anyProxy: inEach(({account}, region) => `arn:aws:rds:${region}:${account}:db-proxy:*`),
  targetGroup: inEach(({account}, region) => `arn:aws:rds:${region}:${account}:target-group:prx-tg-*`),
  proxyAlone: inEach(({account}, region) => `arn:aws:rds:${region}:${account}:db-proxy:prx-*`),
  proxyEndpoint: inEach(({account}, region) => `arn:aws:rds:${region}:${account}:db-proxy-endpoint:prx-endpoint-*`),
  /** CloudFormation names the group. */
  parameters: inEach(({account}, region) => `arn:aws:rds:${region}:${account}:cluster-pg:*`),
  instanceParameters: inEach(({account}, region) => `arn:aws:rds:${region}:${account}:pg:*`),
  apiAccount: inEach((_, region) => `arn:aws:apigateway:${region}::/account`),
  /** The id of an API is random; its actions are HTTP's methods on paths. */
  api: inEach((_, region) => `arn:aws:apigateway:${region}::/restapis/*`),
  webAcl: inEach(({account}, region) => `arn:aws:wafv2:${region}:${account}:regional/webacl/*/*`),
  functions: (...which: FunctionName[]): Resources =>
    inEach(({account, app}, region) =>
      which.map((name) => `arn:aws:lambda:${region}:${account}:function:${app}-app-${region}-${FUNCTIONS[name]}`),
    ),
  /** Six random characters are behind the name. */
  edgeSecret: inEach(
    ({account, app}, region) => `arn:aws:secretsmanager:${region}:${account}:secret:${app}/edge-??????`,
  ),
  secrets: inEach(({account, app}, region) => `arn:aws:secretsmanager:${region}:${account}:secret:${app}/*`),
  distribution: ({account}: Place) => [`arn:aws:cloudfront::${account}:distribution/*`],
  hostedZone: () => ['arn:aws:route53:::hostedzone/*'],
  /** Which one is said by config.json of the project alone. Those made before July 2024 have the older prefix. */
  connection: ({account}: Place) =>
    ['codeconnections', 'codestar-connections'].map((service) => `arn:aws:${service}:*:${account}:connection/*`),
  userPool: inEach(({account}, region) => `arn:aws:cognito-idp:${region}:${account}:userpool/${region}_*`),
  leaseBucket: inEach((place, region) => `arn:aws:s3:::${lower(place)}-lease-${place.account}-${region}`),
  lease: inEach((place, region) => `arn:aws:s3:::${lower(place)}-lease-${place.account}-${region}/operator-lease.json`),
  mirror: inEach((place, region) => `arn:aws:s3:::${lower(place)}-lease-${place.account}-${region}/runs/*`),
  pipeline: inEach(
    ({account, app}, region) => `arn:aws:codepipeline:${region}:${account}:${pipelineName(app, region)}`,
  ),
  approval: inEach(
    ({account, app}, region) =>
      `arn:aws:codepipeline:${region}:${account}:${pipelineName(app, region)}/${STAGES.approve}/${STAGES.approve}`,
  ),
  build: inEach(
    ({account, app}, region) => `arn:aws:codebuild:${region}:${account}:project/${pipelineName(app, region)}`,
  ),
  buildLog: inEach(
    ({account, app}, region) =>
      `arn:aws:logs:${region}:${account}:log-group:/aws/codebuild/${pipelineName(app, region)}:log-stream:*`,
  ),
  programBucket: (place: Place) => programBuckets(place).map((bucket) => `arn:aws:s3:::${bucket}`),
  program: (place: Place) => programBuckets(place).map((bucket) => `arn:aws:s3:::${bucket}/${PROGRAM_KEY}`),
  /** The delivery pipeline stands in the home region alone. */
  delivery: (place: Place) => [`arn:aws:codepipeline:${homeOf(place)}:${place.account}:${deliveryName(place.app)}`],
  deliveryBuild: (place: Place) => [
    `arn:aws:codebuild:${homeOf(place)}:${place.account}:project/${deliveryName(place.app)}-*`,
  ],
  deliveryLog: (place: Place) => [
    `arn:aws:logs:${homeOf(place)}:${place.account}:log-group:/aws/codebuild/${deliveryName(place.app)}-*:log-stream:*`,
  ],
  repository: (place: Place) => [`arn:aws:codecommit:${homeOf(place)}:${place.account}:${repositoryName(place.app)}`],
  /** The stacks of the template are named after the application; an id is behind the name. */
  stacks: everywhere(({account, app}, region) => `arn:aws:cloudformation:${region}:${account}:stack/${app}-*/*`),
  /** `cdk-hnb659fds`: CDK's default qualifier. */
  bootstrapVersion: everywhere(
    ({account}, region) => `arn:aws:ssm:${region}:${account}:parameter/cdk-bootstrap/hnb659fds/version`,
  ),
  bootstrapStack: everywhere(({account}, region) => `arn:aws:cloudformation:${region}:${account}:stack/CDKToolkit/*`),
  bootstrapBucket: everywhere(({account}, region) => `arn:aws:s3:::cdk-hnb659fds-assets-${account}-${region}`),
  bootstrapRoles: everywhere(({account}, region) =>
    ['deploy', 'file-publishing', 'lookup'].map(
      (role) => `arn:aws:iam::${account}:role/cdk-hnb659fds-${role}-role-${account}-${region}`,
    ),
  ),
  /** Lists of stacks, and a look at one by its id. */
  anyStack: everywhere(({account}, region) => `arn:aws:cloudformation:${region}:${account}:stack/*/*`),
  /** What a teardown looks through, and deletes where it bears the tag of the application. */
  anyCluster: everywhere(({account}, region) => `arn:aws:rds:${region}:${account}:cluster:*`),
  anyDbInstance: everywhere(({account}, region) => `arn:aws:rds:${region}:${account}:db:*`),
  anySnapshot: everywhere(({account}, region) => `arn:aws:rds:${region}:${account}:cluster-snapshot:*`),
  anyGlobalCluster: ({account}: Place) => [`arn:aws:rds::${account}:global-cluster:*`],
  anyKey: everywhere(({account}, region) => `arn:aws:kms:${region}:${account}:key/*`),
  anyLogGroup: everywhere(({account}, region) => `arn:aws:logs:${region}:${account}:log-group:*`),
  anySecret: everywhere(({account}, region) => `arn:aws:secretsmanager:${region}:${account}:secret:*`),
  anyUserPool: everywhere(({account}, region) => `arn:aws:cognito-idp:${region}:${account}:userpool/${region}_*`),
  /** Not every bucket tells IAM its tags: those that are named after the application. */
  buckets: (place: Place) => [`arn:aws:s3:::${lower(place)}-*`],
  objects: (place: Place) => [`arn:aws:s3:::${lower(place)}-*/*`],
  /** Whoever asks: IAM's variables know the name of a user, and not that of a role. */
  principals: ({account}: Place) => [`arn:aws:iam::${account}:role/*`, `arn:aws:iam::${account}:user/*`],
  /** Of actions that know no resources. */
  any: () => ['*'],
} satisfies Record<string, Resources | ((...which: FunctionName[]) => Resources)>
