/** The ARNs of what a call is about, as far as its input names them. */

import {ACCOUNT} from '../kernel.js'
import type {WireCall} from './needs.js'

/** Asks a service of the lab; undefined where it says no. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Lookup = (service: string, operation: string, input: object, region: string) => Promise<any>

/** `~` is the value of the member, `R` the region and `A` the account, each between colons. */
type Members = readonly (readonly [member: string, pattern: string])[]

const CLUSTER = 'arn:aws:rds:R:A:cluster:~'

const MEMBERS: Record<string, Members> = {
  cloudformation: [
    ['StackName', 'arn:aws:cloudformation:R:A:stack/~/*'],
    ['StackId', '~'],
  ],
  cloudfront: [
    ['Id', 'arn:aws:cloudfront::A:distribution/~'],
    ['Resource', '~'],
  ],
  'cloudfront-keyvaluestore': [['KvsARN', '~']],
  'cognito-idp': [
    ['UserPoolId', 'arn:aws:cognito-idp:R:A:userpool/~'],
    ['ResourceArn', '~'],
  ],
  ecr: [['repositoryName', 'arn:aws:ecr:R:A:repository/~']],
  kms: [['KeyId', 'arn:aws:kms:R:A:key/~']],
  lambda: [
    ['FunctionName', 'arn:aws:lambda:R:A:function:~'],
    ['Resource', '~'],
  ],
  // IAM's form has `:*` behind it, which a pattern that ends in `*` covers.
  logs: [['logGroupName', 'arn:aws:logs:R:A:log-group:~']],
  monitoring: [
    ['AlarmName', 'arn:aws:cloudwatch:R:A:alarm:~'],
    ['AlarmNames', 'arn:aws:cloudwatch:R:A:alarm:~'],
    ['ResourceARN', '~'],
  ],
  rds: [
    ['GlobalClusterIdentifier', 'arn:aws:rds::A:global-cluster:~'],
    ['DBClusterIdentifier', CLUSTER],
    ['DBClusterIdentifiers', CLUSTER],
    ['DbClusterIdentifier', CLUSTER],
    ['TargetDbClusterIdentifier', CLUSTER],
    ['DBInstanceIdentifier', 'arn:aws:rds:R:A:db:~'],
    ['DBClusterSnapshotIdentifier', 'arn:aws:rds:R:A:cluster-snapshot:~'],
    ['DBClusterParameterGroupName', 'arn:aws:rds:R:A:cluster-pg:~'],
    ['DBSubnetGroupName', 'arn:aws:rds:R:A:subgrp:~'],
    ['ResourceName', '~'],
  ],
  ssm: [
    ['Name', 'arn:aws:ssm:R:A:parameter/~'],
    ['Names', 'arn:aws:ssm:R:A:parameter/~'],
    ['Path', 'arn:aws:ssm:R:A:parameter/~'],
  ],
  sts: [['RoleArn', '~']],
}

/** What a call that names nothing is about: all of a kind, where IAM knows the kind. */
const ALL: Record<string, string> = {
  'cloudformation DescribeStacks': 'arn:aws:cloudformation:R:A:stack/*/*',
  'logs DescribeLogGroups': 'arn:aws:logs:R:A:log-group:*',
  'monitoring DescribeAlarms': 'arn:aws:cloudwatch:R:A:alarm:*',
  'rds DescribeDBClusters': 'arn:aws:rds:R:A:cluster:*',
  'rds DescribeDBClusterSnapshots': 'arn:aws:rds:R:A:cluster-snapshot:*',
  'rds DescribeDBInstances': 'arn:aws:rds:R:A:db:*',
  'rds DescribeDBProxies': 'arn:aws:rds:R:A:db-proxy:*',
  'rds DescribeDBClusterParameterGroups': 'arn:aws:rds:R:A:cluster-pg:*',
  'rds DescribeDBSubnetGroups': 'arn:aws:rds:R:A:subgrp:*',
  'rds DescribeGlobalClusters': 'arn:aws:rds::A:global-cluster:*',
}

/** Actions that IAM allows for `*` alone, whatever the input names. */
const WITHOUT_RESOURCES = new Set(['rds DescribeDBEngineVersions', 'rds DescribeEvents', 'ssm DescribeParameters'])

/** At least one: `*` where nothing is named. */
export async function namedResources(call: WireCall, lookup: Lookup): Promise<string[]> {
  const {service, operation, input, region} = call
  const name = `${service} ${operation}`
  if (WITHOUT_RESOURCES.has(name)) return ['*']
  const fill = (pattern: string, value = ''): string => {
    if (value.startsWith('arn:')) return value
    return pattern.replace(':R:', `:${region}:`).replace(':A:', `:${ACCOUNT}:`).replace('~', value)
  }

  const found = (MEMBERS[service] ?? []).flatMap(([member, pattern]) =>
    texts(input[member]).map((value) => fill(pattern, service === 'ssm' ? value.replace(/^\//, '') : value)),
  )
  if (service === 's3') found.push(...bucketOrObject(input))
  if (service === 'rds') found.push(...(await proxyResources(call, lookup)))
  if (service === 'secretsmanager') found.push(...(await secretResources(call, lookup)))
  if (found.length > 0) return [...new Set(found)]
  return [ALL[name] === undefined ? '*' : fill(ALL[name])]
}

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string' && one !== '')

function bucketOrObject({Bucket, Key}: Record<string, unknown>): string[] {
  if (typeof Bucket !== 'string') return []
  return [typeof Key === 'string' ? `arn:aws:s3:::${Bucket}/${Key}` : `arn:aws:s3:::${Bucket}`]
}

/** A proxy's ARN does not hold its name. Its targets are those of its target group. */
async function proxyResources({operation, input, region}: WireCall, lookup: Lookup): Promise<string[]> {
  const {DBProxyName} = input
  if (typeof DBProxyName !== 'string' || operation === 'CreateDBProxy') return []
  const proxies = await lookup('rds', 'DescribeDBProxies', {DBProxyName}, region)
  const arn: string = proxies?.DBProxies?.[0]?.DBProxyArn ?? `arn:aws:rds:${region}:${ACCOUNT}:db-proxy:*`
  if (!/Target/.test(operation)) return [arn]
  const groups = await lookup('rds', 'DescribeDBProxyTargetGroups', {DBProxyName}, region)
  return [arn, groups?.TargetGroups?.[0]?.TargetGroupArn ?? `arn:aws:rds:${region}:${ACCOUNT}:target-group:*`]
}

/** A secret's ARN ends in six random characters. */
async function secretResources({operation, input, region}: WireCall, lookup: Lookup): Promise<string[]> {
  const {SecretId, Name} = input
  const name = operation === 'CreateSecret' ? Name : SecretId
  if (typeof name !== 'string') return []
  if (name.startsWith('arn:')) return [name]
  const described = await lookup('secretsmanager', 'DescribeSecret', {SecretId: name}, region)
  return [described?.ARN ?? `arn:aws:secretsmanager:${region}:${ACCOUNT}:secret:${name}`]
}
