/**
 * The one table of permissions: what each call of a port needs. Which of them a command makes is said by the command itself. A
 * unit test holds the table equal to the actions that src/adapters/aws names; test/long/iam.test.ts to what the commands do
 * on the lab.
 */

import type {Grant, RouteGrants} from '../model/permission.js'
import {ARN, type FunctionName} from './place.js'

const on = (resources: Grant['resources'], ...actions: string[]): Grant => ({actions, resources})

const onOurs = (resources: Grant['resources'], ...actions: string[]): Grant => ({actions, resources, owned: true})

const ALL_FUNCTIONS: FunctionName[] = ['createTable', 'get', 'upsert', 'remove', 'ledgerCheck']
const WRITERS: FunctionName[] = ['createTable', 'upsert', 'remove']
const everyFunction = ARN.functions(...ALL_FUNCTIONS)
const writers = ARN.functions(...WRITERS)

/** What a call of a port needs; what those of the route need stands beside the route's kind. */
export const CALLS = {
  'map.read': [on(ARN.map, 'ssm:GetParameter')],
  'database.describe': [on(ARN.globalCluster, 'rds:DescribeGlobalClusters')],
  'database.cluster': [on(ARN.cluster, 'rds:DescribeDBClusters'), on(ARN.anyInstance, 'rds:DescribeDBInstances')],
  'database.proxy': [on(ARN.proxy, 'rds:DescribeDBProxyTargets')],
  'database.lagSeconds': [on(ARN.any, 'cloudwatch:GetMetricData')],
  'database.switchover': [
    on(ARN.globalCluster, 'rds:SwitchoverGlobalCluster'),
    on(ARN.cluster, 'rds:SwitchoverGlobalCluster'),
  ],
  'database.failover': [
    on(ARN.globalCluster, 'rds:FailoverGlobalCluster'),
    on(ARN.cluster, 'rds:FailoverGlobalCluster'),
  ],
  'database.givenUp': [on(ARN.any, 'rds:DescribeEvents')],
  'writers.mode': [on(writers, 'lambda:GetFunctionConcurrency')],
  'writers.fence': [on(writers, 'lambda:PutFunctionConcurrency')],
  'writers.unfence': [on(writers, 'lambda:DeleteFunctionConcurrency')],
  'api.direct': [{...on(ARN.edgeSecret, 'secretsmanager:GetSecretValue'), locked: true}],
  'tokens.get': [on(ARN.userPool, 'cognito-idp:DescribeUserPoolClient')],
  'functions.createTable': [on(ARN.functions('createTable'), 'lambda:InvokeFunction')],
  'functions.present': [on(ARN.functions('ledgerCheck'), 'lambda:InvokeFunction')],
  // Without ListBucket S3 answers 403 instead of 404 where nobody has ever held the lease.
  lease: [on(ARN.lease, 's3:GetObject', 's3:PutObject'), on(ARN.leaseBucket, 's3:ListBucket')],
  'mirror.put': [on(ARN.mirror, 's3:PutObject')],
  'mirror.get': [on(ARN.mirror, 's3:GetObject'), on(ARN.leaseBucket, 's3:ListBucket')],
  'outage.active': [on(everyFunction, 'lambda:ListTags'), on(ARN.cluster, 'rds:ListTagsForResource')],
  'outage.start': [
    on(everyFunction, 'lambda:GetFunctionConcurrency', 'lambda:PutFunctionConcurrency', 'lambda:TagResource'),
    on(ARN.cluster, 'rds:AddTagsToResource', 'rds:DeregisterDBProxyTargets'),
    on(ARN.proxy, 'rds:DeregisterDBProxyTargets'),
  ],
  'outage.stop': [
    on(everyFunction, 'lambda:DeleteFunctionConcurrency', 'lambda:PutFunctionConcurrency', 'lambda:UntagResource'),
    on(ARN.cluster, 'rds:RegisterDBProxyTargets', 'rds:RemoveTagsFromResource'),
    on(ARN.proxy, 'rds:RegisterDBProxyTargets'),
  ],
  // Beside the toolkit, which acts with the roles of CDK's bootstrap.
  'stacks.look': [
    on(ARN.bootstrapVersion, 'ssm:GetParameter'),
    on(
      ARN.stacks,
      'cloudformation:DeleteChangeSet',
      'cloudformation:DescribeChangeSet',
      'cloudformation:DescribeStacks',
      'cloudformation:GetTemplate',
    ),
  ],
  'doctor.ask': [
    on(ARN.any, 'ec2:DescribeVpcs', 'rds:DescribeDBEngineVersions', 'servicequotas:GetServiceQuota'),
    on(ARN.bootstrapVersion, 'ssm:GetParameter'),
    on(ARN.bootstrapStack, 'cloudformation:DescribeStacks'),
    on(ARN.bootstrapBucket, 's3:ListBucket'),
  ],
  'estate.look': [
    {...on(ARN.any, 'tag:GetResources'), edge: true},
    on(ARN.anyStack, 'cloudformation:DescribeStacks'),
    on(ARN.stacks, 'cloudformation:GetTemplate', 'cloudformation:ListStackResources'),
    on(ARN.anyCluster, 'rds:DescribeDBClusters'),
    on(ARN.anyDbInstance, 'rds:DescribeDBInstances'),
    on(ARN.anySnapshot, 'rds:DescribeDBClusterSnapshots'),
    on(ARN.anyGlobalCluster, 'rds:DescribeGlobalClusters'),
    on(ARN.buckets, 's3:GetBucketTagging'),
    on(ARN.anyKey, 'kms:DescribeKey'),
    on(ARN.anyLogGroup, 'logs:DescribeLogGroups'),
    on(ARN.anySecret, 'secretsmanager:DescribeSecret'),
    on(ARN.anyUserPool, 'cognito-idp:DescribeUserPool'),
  ],
  'estate.delete': [
    on(ARN.stacks, 'cloudformation:DeleteStack', 'cloudformation:UpdateTerminationProtection'),
    onOurs(ARN.anyCluster, 'rds:DeleteDBCluster', 'rds:ModifyDBCluster', 'rds:RemoveFromGlobalCluster'),
    onOurs(ARN.anyDbInstance, 'rds:DeleteDBInstance', 'rds:ModifyDBInstance'),
    onOurs(ARN.anySnapshot, 'rds:DeleteDBClusterSnapshot'),
    onOurs(ARN.anyGlobalCluster, 'rds:DeleteGlobalCluster', 'rds:ModifyGlobalCluster', 'rds:RemoveFromGlobalCluster'),
    on(ARN.buckets, 's3:DeleteBucket', 's3:ListBucketVersions'),
    on(ARN.objects, 's3:DeleteObjectVersion'),
    onOurs(ARN.anyKey, 'kms:ScheduleKeyDeletion'),
    onOurs(ARN.anyLogGroup, 'logs:DeleteLogGroup'),
    onOurs(
      ARN.anySecret,
      'secretsmanager:DeleteSecret',
      'secretsmanager:RemoveRegionsFromReplication',
      'secretsmanager:StopReplicationToReplica',
    ),
    onOurs(
      ARN.anyUserPool,
      'cognito-idp:DeleteUserPool',
      'cognito-idp:DeleteUserPoolDomain',
      'cognito-idp:UpdateUserPool',
    ),
  ],
  'toolkit.act': [on(ARN.bootstrapRoles, 'sts:AssumeRole')],
} satisfies Record<string, Grant[]>

export type PortCall = keyof typeof CALLS | keyof RouteGrants
