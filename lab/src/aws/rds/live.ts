/** What RDS says of a resource, as CloudFormation's properties: for drift detection. */

import {call, liveOf, unlessGone, type Properties, type ResourceContext} from '../../cloudformation/provider.js'
import {clusters, globalClusters, instances, proxies, proxyEndpoints} from './kinds.js'
import {globalArn, rdsArn} from './names.js'

/** RDS keeps names in lower case, however the template writes them. */
const named = (written: unknown, name: string | undefined): unknown =>
  typeof written === 'string' && written.toLowerCase() === name?.toLowerCase() ? written : name

async function tagsOf(ResourceName: string, context: ResourceContext): Promise<unknown> {
  return (await call(context, 'rds', 'ListTagsForResource', {ResourceName})).TagList
}

const groupIds = (groups: Properties[] = []): string[] => groups.map(({VpcSecurityGroupId: id}) => id)

export async function liveCluster(id: string, all: Properties, context: ResourceContext) {
  const found = await unlessGone(clusters.describe(id, context))
  if (!found) return undefined
  const compared = [
    'BackupRetentionPeriod',
    'CopyTagsToSnapshot',
    'DatabaseInsightsMode',
    'DatabaseName',
    'DeletionProtection',
    'Engine',
    'EngineVersion',
    'MasterUsername',
    'PerformanceInsightsEnabled',
    'PerformanceInsightsRetentionPeriod',
    'Port',
    'ServerlessV2ScalingConfiguration',
    'StorageEncrypted',
  ]
  return liveOf(found, compared, {
    DBClusterIdentifier: named(all.DBClusterIdentifier, found.DBClusterIdentifier),
    DBClusterParameterGroupName: named(all.DBClusterParameterGroupName, found.DBClusterParameterGroup),
    DBSubnetGroupName: named(all.DBSubnetGroupName, found.DBSubnetGroup),
    EnableCloudwatchLogsExports: found.EnabledCloudwatchLogsExports,
    EnableIAMDatabaseAuthentication: found.IAMDatabaseAuthenticationEnabled,
    GlobalClusterIdentifier: named(all.GlobalClusterIdentifier, found.GlobalClusterIdentifier),
    Tags: found.TagList,
    VpcSecurityGroupIds: groupIds(found.VpcSecurityGroups),
  })
}

export async function liveInstance(id: string, all: Properties, context: ResourceContext) {
  const found = await unlessGone(instances.describe(id, context))
  if (!found) return undefined
  const compared = [
    'AutoMinorVersionUpgrade',
    'AvailabilityZone',
    'DBInstanceClass',
    'Engine',
    'PerformanceInsightsRetentionPeriod',
    'PromotionTier',
    'PubliclyAccessible',
  ]
  return liveOf(found, compared, {
    DBClusterIdentifier: named(all.DBClusterIdentifier, found.DBClusterIdentifier),
    DBInstanceIdentifier: named(all.DBInstanceIdentifier, found.DBInstanceIdentifier),
    EnablePerformanceInsights: found.PerformanceInsightsEnabled,
    Tags: found.TagList,
  })
}

/** Its source is the cluster that writes now: after a switch it differs from the template (CloudFormation's roadmap, issue 1856). */
export async function liveGlobalCluster(id: string, all: Properties, context: ResourceContext) {
  const found = await unlessGone(globalClusters.describe(id, context))
  if (!found) return undefined
  const members: Properties[] = found.GlobalClusterMembers
  const writer: string | undefined = members.find(({IsWriter}) => IsWriter)?.DBClusterArn
  const isArn = String(all.SourceDBClusterIdentifier).startsWith('arn:')
  return liveOf(found, ['DeletionProtection', 'Engine', 'EngineVersion', 'StorageEncrypted'], {
    GlobalClusterIdentifier: named(all.GlobalClusterIdentifier, found.GlobalClusterIdentifier),
    SourceDBClusterIdentifier: isArn ? writer : named(all.SourceDBClusterIdentifier, writer?.split(':').at(-1)),
    Tags: await tagsOf(globalArn(id), context),
  })
}

export async function liveParameterGroup(name: string, all: Properties, context: ResourceContext) {
  const input = {DBClusterParameterGroupName: name}
  const found = await unlessGone(call(context, 'rds', 'DescribeDBClusterParameterGroups', input))
  if (!found) return undefined
  const [group] = found.DBClusterParameterGroups
  const {Parameters} = await call(context, 'rds', 'DescribeDBClusterParameters', {...input, Source: 'user'})
  return {
    DBClusterParameterGroupName: named(all.DBClusterParameterGroupName, group.DBClusterParameterGroupName),
    Description: group.Description,
    Family: group.DBParameterGroupFamily,
    Parameters: Object.fromEntries(
      Parameters.map(({ParameterName, ParameterValue}: Properties) => [ParameterName, ParameterValue]),
    ),
    Tags: await tagsOf(rdsArn(context.region, 'cluster-pg', name), context),
  }
}

export async function liveSubnetGroup(name: string, all: Properties, context: ResourceContext) {
  const found = await unlessGone(call(context, 'rds', 'DescribeDBSubnetGroups', {DBSubnetGroupName: name}))
  if (!found) return undefined
  const [group] = found.DBSubnetGroups
  return liveOf(group, ['DBSubnetGroupDescription'], {
    DBSubnetGroupName: named(all.DBSubnetGroupName, group.DBSubnetGroupName),
    SubnetIds: group.Subnets.map(({SubnetIdentifier}: Properties) => SubnetIdentifier),
    Tags: await tagsOf(rdsArn(context.region, 'subgrp', name), context),
  })
}

export async function liveProxy(name: string, all: Properties, context: ResourceContext) {
  const found = await unlessGone(proxies.describe(name, context))
  if (!found) return undefined
  const compared = [
    'Auth',
    'DebugLogging',
    'DefaultAuthScheme',
    'EngineFamily',
    'IdleClientTimeout',
    'RequireTLS',
    'RoleArn',
    'VpcSecurityGroupIds',
    'VpcSubnetIds',
  ]
  return liveOf(found, compared, {
    DBProxyName: named(all.DBProxyName, found.DBProxyName),
    Tags: await tagsOf(found.DBProxyArn, context),
  })
}

export async function liveProxyEndpoint(name: string, all: Properties, context: ResourceContext) {
  const found = await unlessGone(proxyEndpoints.describe(name, context))
  if (!found) return undefined
  return liveOf(found, ['TargetRole', 'VpcSecurityGroupIds', 'VpcSubnetIds'], {
    DBProxyEndpointName: named(all.DBProxyEndpointName, found.DBProxyEndpointName),
    DBProxyName: named(all.DBProxyName, found.DBProxyName),
    Tags: await tagsOf(found.DBProxyEndpointArn, context),
  })
}

/** A cluster that is registered is one of the targets. */
export async function liveTargetGroup(_arn: string, all: Properties, context: ResourceContext) {
  const {DBProxyName, TargetGroupName = 'default'} = all
  const input = {DBProxyName, TargetGroupName}
  const found = await unlessGone(call(context, 'rds', 'DescribeDBProxyTargetGroups', input))
  if (!found) return undefined
  const {Targets} = await call(context, 'rds', 'DescribeDBProxyTargets', input)
  const tracked = Targets.filter(({Type}: Properties) => Type === 'TRACKED_CLUSTER')
  return {
    ConnectionPoolConfigurationInfo: found.TargetGroups[0].ConnectionPoolConfig,
    DBClusterIdentifiers: tracked.map(({RdsResourceId}: Properties) =>
      named(all.DBClusterIdentifiers?.[0], RdsResourceId),
    ),
    DBProxyName,
    TargetGroupName: found.TargetGroups[0].TargetGroupName,
  }
}
