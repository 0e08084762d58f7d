/**
 * The one table of permissions: what each call of a port needs, by the Service Authorization Reference of AWS, which
 * test/permissions/reference.test.ts compares. Which of them a command makes is said by the command itself. A
 * unit test holds the table equal to the actions that src/adapters/aws names; test/long/iam.test.ts to what the commands do
 * on the lab.
 */

import type {Grant, RouteGrants} from '../model/permission.js'
import {ARN, type FunctionName} from './place.js'

const on = (resources: Grant['resources'], ...actions: string[]): Grant => ({actions, resources})

const onOurs = (resources: Grant['resources'], ...actions: string[]): Grant => ({actions, resources, owned: true})

const ALL_FUNCTIONS: FunctionName[] = ['createTable', 'get', 'upsert', 'remove', 'ledgerCheck', 'compareRows']
const WRITERS: FunctionName[] = ['createTable', 'upsert', 'remove']
const everyFunction = ARN.functions(...ALL_FUNCTIONS)
const servingFunctions = ARN.functions(...ALL_FUNCTIONS, 'authorizer')
const writers = ARN.functions(...WRITERS)

/** What a call of a port needs; what those of the route need stands beside the route's kind. */
export const CALLS = {
  'map.read': [on(ARN.map, 'ssm:GetParameter')],
  'database.describe': [on(ARN.globalCluster, 'rds:DescribeGlobalClusters')],
  'database.cluster': [on(ARN.cluster, 'rds:DescribeDBClusters'), on(ARN.anyInstance, 'rds:DescribeDBInstances')],
  'clusters.find': [on(ARN.clusters, 'rds:DescribeDBClusters'), on(ARN.anyInstance, 'rds:DescribeDBInstances')],
  'database.proxy': [on(ARN.proxy, 'rds:DescribeDBProxyTargets')],
  'database.lag': [on(ARN.any, 'cloudwatch:GetMetricData')],
  'capacity.peak': [on(ARN.any, 'cloudwatch:GetMetricData')],
  'database.upgradeTargets': [on(ARN.any, 'rds:DescribeDBEngineVersions')],
  'database.upgrade': [on(ARN.cluster, 'rds:ModifyDBCluster')],
  'capacity.raise': [on(ARN.cluster, 'rds:AddTagsToResource', 'rds:DescribeDBClusters', 'rds:ModifyDBCluster')],
  'capacity.restore': [on(ARN.cluster, 'rds:DescribeDBClusters', 'rds:ModifyDBCluster', 'rds:RemoveTagsFromResource')],
  'database.switchover': [
    on(ARN.globalCluster, 'rds:SwitchoverGlobalCluster'),
    on(ARN.cluster, 'rds:SwitchoverGlobalCluster'),
  ],
  'database.failover': [
    on(ARN.globalCluster, 'rds:FailoverGlobalCluster'),
    on(ARN.cluster, 'rds:FailoverGlobalCluster'),
  ],
  'database.givenUp': [on(ARN.any, 'rds:DescribeEvents')],
  'database.failoverEvents': [on(ARN.any, 'rds:DescribeEvents')],
  'leftVolumes.list': [on(ARN.cluster, 'rds:DescribeDBClusterSnapshots')],
  // The copy bears the tags of its original, and is encrypted with its key: RDS uses that on behalf of whoever copies, who needs these
  // two for it [Aurora user guide, "AWS KMS key management", authorizing use of a customer managed key].
  'leftVolumes.keep': [
    on(ARN.leftSnapshots, 'rds:AddTagsToResource', 'rds:CopyDBClusterSnapshot'),
    {...onOurs(ARN.key, 'kms:CreateGrant', 'kms:DescribeKey'), forServices: true},
  ],
  'writers.mode': [on(writers, 'lambda:GetFunctionConcurrency', 'lambda:ListTags')],
  'writers.fence': [on(writers, 'lambda:PutFunctionConcurrency', 'lambda:TagResource')],
  'writers.unfence': [
    on(
      writers,
      'lambda:DeleteFunctionConcurrency',
      'lambda:PutFunctionConcurrency',
      'lambda:TagResource',
      'lambda:UntagResource',
    ),
  ],
  'api.direct': [{...on(ARN.edgeSecret, 'secretsmanager:GetSecretValue'), locked: true}],
  'tokens.get': [on(ARN.userPool, 'cognito-idp:DescribeUserPoolClient')],
  'functions.createTable': [on(ARN.functions('createTable'), 'lambda:InvokeFunction')],
  'functions.present': [on(ARN.functions('ledgerCheck'), 'lambda:InvokeFunction')],
  'functions.compare': [on(ARN.functions('compareRows'), 'lambda:InvokeFunction')],
  // Without ListBucket S3 answers 403 instead of 404 where nobody has ever held the lease.
  lease: [on(ARN.lease, 's3:GetObject', 's3:PutObject'), on(ARN.leaseBucket, 's3:ListBucket')],
  'lease.holder': [on(ARN.lease, 's3:GetObject'), on(ARN.leaseBucket, 's3:ListBucket')],
  'mirror.put': [on(ARN.mirror, 's3:PutObject')],
  'mirror.get': [on(ARN.mirror, 's3:GetObject'), on(ARN.leaseBucket, 's3:ListBucket')],
  'outage.active': [on(everyFunction, 'lambda:ListTags'), on(ARN.cluster, 'rds:ListTagsForResource')],
  'outage.start': [
    on(everyFunction, 'lambda:GetFunctionConcurrency', 'lambda:PutFunctionConcurrency', 'lambda:TagResource'),
    on(ARN.cluster, 'rds:AddTagsToResource', 'rds:DeregisterDBProxyTargets'),
    on(ARN.anyInstance, 'rds:DeregisterDBProxyTargets'),
    on(ARN.proxy, 'rds:DeregisterDBProxyTargets'),
  ],
  'outage.stop': [
    on(everyFunction, 'lambda:DeleteFunctionConcurrency', 'lambda:PutFunctionConcurrency', 'lambda:UntagResource'),
    on(ARN.cluster, 'rds:RemoveTagsFromResource'),
    on(ARN.targetGroup, 'rds:RegisterDBProxyTargets'),
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
  // Of a project whose clients use a name in Route 53.
  'stacks.name': [
    on(ARN.any, 'route53:ListHostedZonesByName'),
    on(ARN.hostedZone, 'route53:GetHostedZone', 'route53:ListResourceRecordSets'),
  ],
  // Of a project whose delivery pipeline has its source outside of AWS. IAM asks by both names of the service (Service Authorization
  // Reference, "AWS CodeStar Connections", the actions of each operation).
  'stacks.connection': [on(ARN.connection, 'codeconnections:GetConnection', 'codestar-connections:GetConnection')],
  'stacks.list': [on(ARN.anyStack, 'cloudformation:DescribeStacks')],
  // CloudFormation reads each resource with the caller's rights; docs/drift.md says which policy gives those.
  'stacks.drift': [
    on(ARN.stacks, 'cloudformation:DetectStackDrift', 'cloudformation:DescribeStackResourceDrifts'),
    {...on(ARN.any, 'cloudformation:DescribeStackDriftDetectionStatus'), edge: true},
  ],
  'doctor.ask': [
    on(
      ARN.any,
      'ec2:DescribeAvailabilityZones',
      'ec2:DescribeVpcs',
      'lambda:GetAccountSettings',
      'rds:DescribeDBEngineVersions',
      'servicequotas:GetServiceQuota',
    ),
    on(ARN.anyProxy, 'rds:DescribeDBProxies'),
    on(ARN.bootstrapVersion, 'ssm:GetParameter'),
    on(ARN.bootstrapStack, 'cloudformation:DescribeStacks'),
    on(ARN.bootstrapBucket, 's3:ListBucket'),
  ],
  'vitals.likeness': [
    on(ARN.any, 'lambda:GetAccountSettings', 'secretsmanager:ListSecrets'),
    on(ARN.secrets, 'secretsmanager:DescribeSecret'),
  ],
  'vitals.ask': [
    on(servingFunctions, 'lambda:GetFunction'),
    on(
      ARN.any,
      'cloudwatch:DescribeAlarms',
      'cloudwatch:GetMetricData',
      'events:DescribeRule',
      'events:ListRuleNamesByTarget',
      'rds:DescribeAccountAttributes',
    ),
    on(ARN.proxyAlone, 'rds:DescribeDBProxies'),
    on(ARN.apiAccount, 'apigateway:GET'),
    on(ARN.distribution, 'cloudfront:GetDistribution'),
    on(ARN.principals, 'iam:SimulatePrincipalPolicy'),
  ],
  'settings.read': [
    on(servingFunctions, 'lambda:GetFunction'),
    on(ARN.cluster, 'rds:DescribeDBClusters'),
    on(ARN.anyInstance, 'rds:DescribeDBInstances'),
    on(ARN.parameters, 'rds:DescribeDBClusterParameters'),
    on(ARN.instanceParameters, 'rds:DescribeDBParameters'),
    on(
      ARN.proxyAlone,
      'rds:DescribeDBProxies',
      'rds:DescribeDBProxyEndpoints',
      'rds:DescribeDBProxyTargetGroups',
      'rds:ListTagsForResource',
    ),
    on(ARN.proxyEndpoint, 'rds:DescribeDBProxyEndpoints'),
    on(ARN.secrets, 'secretsmanager:GetSecretValue'),
    on(
      ARN.any,
      'cloudwatch:DescribeAlarms',
      // CloudFormation names the rules: their ARNs would say no more than this, and make the policy too long for IAM.
      'events:DescribeRule',
      'events:ListRuleNamesByTarget',
      'events:ListTargetsByRule',
      'logs:DescribeLogGroups',
      'secretsmanager:ListSecrets',
      'servicequotas:ListServiceQuotas',
    ),
    on(ARN.api, 'apigateway:GET'),
    on(ARN.webAcl, 'wafv2:GetWebACL'),
    on(ARN.userPool, 'cognito-idp:DescribeUserPoolClient', 'cognito-idp:ListResourceServers'),
  ],
  'estate.look': [
    {...on(ARN.any, 'logs:DescribeLogGroups', 'tag:GetResources'), edge: true},
    on(ARN.anyStack, 'cloudformation:DescribeStacks'),
    on(ARN.stacks, 'cloudformation:GetTemplate', 'cloudformation:ListStackResources'),
    on(ARN.anyCluster, 'rds:DescribeDBClusters'),
    on(ARN.anyDbInstance, 'rds:DescribeDBInstances'),
    on(ARN.anySnapshot, 'rds:DescribeDBClusterSnapshots'),
    on(ARN.anyGlobalCluster, 'rds:DescribeGlobalClusters'),
    on(ARN.buckets, 's3:GetBucketTagging'),
    on(ARN.anyKey, 'kms:DescribeKey'),
    on(ARN.anySecret, 'secretsmanager:DescribeSecret'),
    on(ARN.anyUserPool, 'cognito-idp:DescribeUserPool'),
  ],
  'estate.delete': [
    on(ARN.stacks, 'cloudformation:DeleteStack', 'cloudformation:UpdateTerminationProtection'),
    onOurs(ARN.anyCluster, 'rds:DeleteDBCluster', 'rds:ModifyDBCluster', 'rds:RemoveFromGlobalCluster'),
    onOurs(ARN.anyDbInstance, 'rds:DeleteDBInstance', 'rds:ModifyDBInstance'),
    onOurs(ARN.anySnapshot, 'rds:DeleteDBClusterSnapshot'),
    // The reference asks for a last snapshot too, whether one is taken or not; it bears no tag before it is there.
    on(ARN.anySnapshot, 'rds:DeleteDBCluster'),
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
  'pipeline.look': [
    on(
      ARN.pipeline,
      'codepipeline:GetPipelineExecution',
      'codepipeline:ListActionExecutions',
      'codepipeline:ListPipelineExecutions',
    ),
  ],
  'pipeline.start': [on(ARN.pipeline, 'codepipeline:StartPipelineExecution')],
  'pipeline.answer': [
    on(ARN.pipeline, 'codepipeline:GetPipelineState'),
    on(ARN.approval, 'codepipeline:PutApprovalResult'),
  ],
  'pipeline.stop': [on(ARN.pipeline, 'codepipeline:StopPipelineExecution'), on(ARN.build, 'codebuild:StopBuild')],
  'pipeline.log': [on(ARN.build, 'codebuild:BatchGetBuilds'), on(ARN.buildLog, 'logs:GetLogEvents')],
  // Without ListBucket S3 answers 403 instead of 404 before the first one is there.
  'pipeline.publish': [on(ARN.program, 's3:GetObject', 's3:PutObject'), on(ARN.programBucket, 's3:ListBucket')],
  'delivery.look': [on(ARN.delivery, 'codepipeline:ListActionExecutions', 'codepipeline:ListPipelineExecutions')],
  'delivery.stop': [
    on(ARN.delivery, 'codepipeline:StopPipelineExecution'),
    on(ARN.deliveryBuild, 'codebuild:StopBuild'),
  ],
  'delivery.log': [on(ARN.deliveryBuild, 'codebuild:BatchGetBuilds'), on(ARN.deliveryLog, 'logs:GetLogEvents')],
  // Git itself asks for it.
  'delivery.push': [on(ARN.repository, 'codecommit:GitPush')],
  'toolkit.act': [on(ARN.bootstrapRoles, 'sts:AssumeRole')],
} satisfies Record<string, Grant[]>

export type PortCall = keyof typeof CALLS | keyof RouteGrants
