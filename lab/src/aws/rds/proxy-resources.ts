/** AWS::RDS::DBProxy, DBProxyTargetGroup and DBProxyEndpoint. */

import {
  call,
  unlessGone,
  type Properties,
  type ResourceContext,
  type ResourceProvider,
} from '../../cloudformation/provider.js'
import {request} from '../../cloudformation/shape.js'
import {TAGS} from '../../cloudformation/tags.js'
import {identifier, proxies, proxyEndpoints, rdsTags} from './kinds.js'
import {liveProxy, liveProxyEndpoint, liveTargetGroup} from './live.js'

async function proxyAttributes(name: string, context: ResourceContext): Promise<Properties> {
  const proxy = await proxies.available(name, context)
  return {DBProxyArn: proxy.DBProxyArn, Endpoint: proxy.Endpoint, VpcId: proxy.VpcId}
}

export const proxy: ResourceProvider = {
  tags: TAGS,
  tagCalls: rdsTags((_, {DBProxyArn}) => DBProxyArn),
  createOnly: ['DBProxyName', 'EndpointNetworkType', 'EngineFamily', 'TargetConnectionNetworkType', 'VpcSubnetIds'],
  async create(properties, context) {
    const name = identifier(properties.DBProxyName, context)
    await request(context, 'rds', 'CreateDBProxy', {...properties, DBProxyName: name})
    context.allocated(name)
    return {physicalId: name, attributes: await proxyAttributes(name, context)}
  },
  async update(physicalId, properties, _previous, context) {
    const {VpcSecurityGroupIds: SecurityGroups} = properties
    await request(context, 'rds', 'ModifyDBProxy', {...properties, DBProxyName: physicalId, SecurityGroups})
    return {physicalId, attributes: await proxyAttributes(physicalId, context)}
  },
  read: liveProxy,
  delete: (physicalId, _properties, context) => proxies.remove(physicalId, context),
}

/** The target group `default` is made by the proxy: here it is configured, and its targets are registered. */
export const proxyTargetGroup: ResourceProvider = {
  createOnly: ['DBProxyName', 'TargetGroupName'],
  async create(properties, context) {
    await configure(properties, context)
    const {TargetGroups} = await call(context, 'rds', 'DescribeDBProxyTargetGroups', {
      DBProxyName: properties.DBProxyName,
    })
    const {TargetGroupArn} = TargetGroups[0]
    context.allocated(TargetGroupArn)
    await register(properties, context)
    return {physicalId: TargetGroupArn, attributes: {TargetGroupArn}}
  },
  async update(physicalId, properties, previous, context) {
    await configure(properties, context)
    if (JSON.stringify(targetsOf(properties)) !== JSON.stringify(targetsOf(previous))) {
      await deregister(previous, context)
      await register(properties, context)
    }
    return {physicalId}
  },
  read: liveTargetGroup,
  delete: (_physicalId, properties, context) => deregister(properties, context),
}

const targetsOf = ({
  DBProxyName,
  TargetGroupName = 'default',
  DBClusterIdentifiers,
  DBInstanceIdentifiers,
}: Properties) => ({
  DBProxyName,
  TargetGroupName,
  ...(DBClusterIdentifiers ? {DBClusterIdentifiers} : {}),
  ...(DBInstanceIdentifiers ? {DBInstanceIdentifiers} : {}),
})

async function configure(properties: Properties, context: ResourceContext): Promise<void> {
  const {DBProxyName, TargetGroupName = 'default', ConnectionPoolConfigurationInfo: ConnectionPoolConfig} = properties
  if (!ConnectionPoolConfig) return
  await request(context, 'rds', 'ModifyDBProxyTargetGroup', {DBProxyName, TargetGroupName, ConnectionPoolConfig})
}

const hasTargets = (properties: Properties): boolean =>
  Boolean(properties.DBClusterIdentifiers?.length || properties.DBInstanceIdentifiers?.length)

async function register(properties: Properties, context: ResourceContext): Promise<void> {
  if (hasTargets(properties)) await call(context, 'rds', 'RegisterDBProxyTargets', targetsOf(properties))
}

async function deregister(properties: Properties, context: ResourceContext): Promise<void> {
  if (hasTargets(properties)) await unlessGone(call(context, 'rds', 'DeregisterDBProxyTargets', targetsOf(properties)))
}

export const proxyEndpoint: ResourceProvider = {
  tags: TAGS,
  tagCalls: rdsTags((_, {DBProxyEndpointArn}) => DBProxyEndpointArn),
  createOnly: ['DBProxyEndpointName', 'DBProxyName', 'EndpointNetworkType', 'VpcSubnetIds'],
  async create(properties, context) {
    const name = identifier(properties.DBProxyEndpointName, context)
    await request(context, 'rds', 'CreateDBProxyEndpoint', {...properties, DBProxyEndpointName: name})
    context.allocated(name)
    const endpoint = await proxyEndpoints.available(name, context)
    const {DBProxyEndpointArn, Endpoint, IsDefault, VpcId} = endpoint
    return {physicalId: name, attributes: {DBProxyEndpointArn, Endpoint, IsDefault: String(IsDefault ?? false), VpcId}}
  },
  /** The schema does not call the role create-only, so that nothing replaces it; CloudFormation's handler refuses another one. */
  async update(physicalId, {TargetRole, VpcSecurityGroupIds}, previous, context) {
    if (TargetRole && TargetRole !== previous.TargetRole)
      throw new Error('TargetRole is a create-only property and cannot be updated.')
    await request(context, 'rds', 'ModifyDBProxyEndpoint', {DBProxyEndpointName: physicalId, VpcSecurityGroupIds})
    return {physicalId}
  },
  read: liveProxyEndpoint,
  delete: (physicalId, _properties, context) => proxyEndpoints.remove(physicalId, context),
}
