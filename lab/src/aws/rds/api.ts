import {ACCOUNT} from '../../kernel.js'
import type {Lookup, Need, Refusal, ServiceApi, WireCall} from '../../service.js'
import {saying, validationText, type Violations} from '../../wire/violations.js'

const CLUSTER = 'arn:aws:rds:R:A:cluster:~'

export const api: ServiceApi = {
  signingName: 'rds',
  placement: 'regional',
  invalid,
  client: {load: () => import('@aws-sdk/client-rds'), name: 'RDSClient'},
  statusReads: new Set([
    'DescribeDBClusters',
    'DescribeDBInstances',
    'DescribeDBProxies',
    'DescribeDBProxyTargets',
    'DescribeGlobalClusters',
  ]),
  permissions: {
    members: [
      ['GlobalClusterIdentifier', 'arn:aws:rds::A:global-cluster:~'],
      ['DBClusterIdentifier', CLUSTER],
      ['DBClusterIdentifiers', CLUSTER],
      ['DbClusterIdentifier', CLUSTER],
      ['TargetDbClusterIdentifier', CLUSTER],
      ['DBInstanceIdentifier', 'arn:aws:rds:R:A:db:~'],
      ['TargetDBInstanceIdentifier', 'arn:aws:rds:R:A:db:~'],
      ['DBClusterSnapshotIdentifier', 'arn:aws:rds:R:A:cluster-snapshot:~'],
      ['SnapshotIdentifier', 'arn:aws:rds:R:A:cluster-snapshot:~'],
      ['SourceDBClusterSnapshotIdentifier', 'arn:aws:rds:R:A:cluster-snapshot:~'],
      ['TargetDBClusterSnapshotIdentifier', 'arn:aws:rds:R:A:cluster-snapshot:~'],
      ['DBClusterParameterGroupName', 'arn:aws:rds:R:A:cluster-pg:~'],
      ['DBSubnetGroupName', 'arn:aws:rds:R:A:subgrp:~'],
      ['ResourceName', '~'],
    ],
    all: {
      DescribeDBClusters: 'arn:aws:rds:R:A:cluster:*',
      DescribeDBClusterSnapshots: 'arn:aws:rds:R:A:cluster-snapshot:*',
      DescribeDBInstances: 'arn:aws:rds:R:A:db:*',
      DescribeDBProxies: 'arn:aws:rds:R:A:db-proxy:*',
      DescribeDBClusterParameterGroups: 'arn:aws:rds:R:A:cluster-pg:*',
      DescribeDBSubnetGroups: 'arn:aws:rds:R:A:subgrp:*',
      DescribeGlobalClusters: 'arn:aws:rds::A:global-cluster:*',
    },
    resources: proxyResources,
    onBehalf: keyOfCopy,
  },
}

/** A proxy's ARN does not hold its name, nor does that of its target group. */
async function proxyResources({operation, input, region}: WireCall, lookup: Lookup): Promise<string[]> {
  const {DBProxyName} = input
  if (typeof DBProxyName !== 'string' || operation === 'CreateDBProxy') return []
  const proxies = await lookup('rds', 'DescribeDBProxies', {DBProxyName}, region)
  const arn: string = proxies?.DBProxies?.[0]?.DBProxyArn ?? `arn:aws:rds:${region}:${ACCOUNT}:db-proxy:*`
  const groups = await lookup('rds', 'DescribeDBProxyTargetGroups', {DBProxyName}, region)
  return [arn, groups?.TargetGroups?.[0]?.TargetGroupArn ?? `arn:aws:rds:${region}:${ACCOUNT}:target-group:*`]
}

/** Of what an encrypted copy is made. */
const ORIGINALS: Record<string, string> = {
  CopyDBClusterSnapshot: 'SourceDBClusterSnapshotIdentifier',
  RestoreDBClusterFromSnapshot: 'SnapshotIdentifier',
}

/**
 * An encrypted copy takes its original's key, unless it names another. RDS uses a customer's key on behalf of the caller, who must be
 * allowed these two (Aurora user guide, "AWS KMS key management", authorizing use of a customer managed key).
 */
async function keyOfCopy({operation, input, region}: WireCall, lookup: Lookup): Promise<Need[]> {
  const member = ORIGINALS[operation]
  if (member === undefined) return []
  const DBClusterSnapshotIdentifier = String(input[member]).split(':cluster-snapshot:').at(-1)
  const found = await lookup('rds', 'DescribeDBClusterSnapshots', {DBClusterSnapshotIdentifier}, region)
  const [original] = found?.DBClusterSnapshots ?? [{StorageEncrypted: true}]
  if (!original.StorageEncrypted) return []
  const key = String(input.KmsKeyId ?? original.KmsKeyId ?? '*')
  const resources = [key.startsWith('arn:') ? key : `arn:aws:kms:${region}:${ACCOUNT}:key/${key}`]
  return [
    {action: 'kms:CreateGrant', resources, context: {'kms:grantisforawsresource': 'true'}},
    {action: 'kms:DescribeKey', resources},
  ]
}

/**
 * RDS Proxy's operations answer as most services do. Sources: the common errors of the RDS API reference; "Invalid value 3412 for
 * MaxRecords. Must be between 20 and 1000" (hashicorp/terraform-provider-aws#37221); "Value null at 'dBProxyName' failed to satisfy
 * constraint" (aws-cloudformation-resource-providers-rds#475).
 */
function invalid(operation: string, violations: Violations): Refusal | undefined {
  const [{kind, path, value}] = violations
  if (kind === 'type' || operation.includes('DBProxy')) return undefined
  const name = path.join('.')
  if (kind === 'missing') return saying('MissingParameter', `The request must contain the parameter ${name}`)
  const text =
    name === 'MaxRecords'
      ? `Invalid value ${String(value)} for MaxRecords. Must be between 20 and 100`
      : validationText(violations)
  return saying('InvalidParameterValue', text)
}
