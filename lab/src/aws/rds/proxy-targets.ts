import type {
  DBProxyTarget,
  DBProxyTargetGroup,
  DeregisterDBProxyTargetsRequest,
  ModifyDBProxyTargetGroupRequest,
  RegisterDBProxyTargetsRequest,
  TargetHealth,
} from '@aws-sdk/client-rds'

import {fault, type Lab, type Operation} from '../../kernel.js'
import {clusterHosts} from './endpoints.js'
import {instanceStatus} from './instances.js'
import {hostName} from './names.js'
import type {Proxies, ProxyRecord} from './proxy-store.js'
import type {ClusterRecord, InstanceRecord, Rds} from './store.js'

/** The one target group that every proxy has. */
const DEFAULT_GROUP = 'default'

export function proxyTargetOperations({store, lab}: Rds, proxies: Proxies): Record<string, Operation> {
  const proxyOf = (region: string, name: string | undefined, group: string | undefined): ProxyRecord => {
    const proxy = proxies.get(region, name)
    if ((group ?? DEFAULT_GROUP) !== DEFAULT_GROUP)
      throw fault('DBProxyTargetGroupNotFoundFault', `Target group ${group} not found.`, 404)
    return proxy
  }

  return {
    RegisterDBProxyTargets(input: RegisterDBProxyTargetsRequest, {region}) {
      const proxy = proxyOf(region, input.DBProxyName, input.TargetGroupName)
      if (input.DBInstanceIdentifiers?.length)
        throw fault(
          'InvalidParameterValue',
          'An instance of an Aurora cluster cannot be a target: register the cluster.',
        )
      const [id, ...more] = input.DBClusterIdentifiers ?? []
      if (!id || more.length > 0) throw fault('InvalidParameterValue', 'Exactly one DB cluster must be registered.')
      const cluster = store.clusters.get(region, id)
      if (proxy.cluster)
        throw fault(
          'DBProxyTargetAlreadyRegisteredFault',
          `Proxy ${proxy.name} already has target ${proxy.cluster.id}.`,
        )
      proxy.cluster = cluster
      return {DBProxyTargets: targets(cluster, lab)}
    },

    DeregisterDBProxyTargets(input: DeregisterDBProxyTargetsRequest, {region}) {
      const proxy = proxyOf(region, input.DBProxyName, input.TargetGroupName)
      const [id] = input.DBClusterIdentifiers ?? []
      if (!proxy.cluster || (id && proxy.cluster.id !== id.toLowerCase())) {
        throw fault('DBProxyTargetNotFoundFault', `Target ${id} is not registered with proxy ${proxy.name}.`, 404)
      }

      proxy.cluster = undefined
      return {}
    },

    DescribeDBProxyTargets({DBProxyName, TargetGroupName}, {region}) {
      const {cluster} = proxyOf(region, DBProxyName, TargetGroupName)
      return {Targets: cluster ? targets(cluster, lab) : []}
    },

    DescribeDBProxyTargetGroups({DBProxyName, TargetGroupName}, {region}) {
      return {TargetGroups: [showGroup(proxyOf(region, DBProxyName, TargetGroupName))]}
    },

    ModifyDBProxyTargetGroup(input: ModifyDBProxyTargetGroupRequest, {region}) {
      const proxy = proxyOf(region, input.DBProxyName, input.TargetGroupName)
      if (input.NewName) throw fault('InvalidParameterValue', 'The default target group cannot be renamed.')
      const wanted = input.ConnectionPoolConfig ?? {}
      proxy.pool = {
        maxConnectionsPercent: wanted.MaxConnectionsPercent ?? proxy.pool.maxConnectionsPercent,
        maxIdlePercent: wanted.MaxIdleConnectionsPercent ?? proxy.pool.maxIdlePercent,
        borrowTimeoutSeconds: wanted.ConnectionBorrowTimeout ?? proxy.pool.borrowTimeoutSeconds,
        initQuery: wanted.InitQuery ?? proxy.pool.initQuery,
        pinningFilters: wanted.SessionPinningFilters ?? proxy.pool.pinningFilters,
      }
      proxy.updatedAt = new Date()
      return {DBProxyTargetGroup: showGroup(proxy)}
    },
  }
}

/** The tracked cluster, which has no health, and its instances, which have. */
function targets(cluster: ClusterRecord, {name: lab, profile}: Lab): DBProxyTarget[] {
  const instances = cluster.instances.map((instance, index): DBProxyTarget => ({
    TrackedClusterId: cluster.id,
    RdsResourceId: instance.id,
    Endpoint: hostName('instance', instance.id, lab, instance.region),
    Port: cluster.port,
    Type: 'RDS_INSTANCE',
    Role: cluster.database.isKnownWriter(profile.proxyMs) && index === 0 ? 'READ_WRITE' : 'READ_ONLY',
    TargetHealth: health(cluster, instance),
  }))
  const tracked: DBProxyTarget = {
    RdsResourceId: cluster.id,
    Endpoint: clusterHosts(cluster, lab).writer,
    Port: cluster.port,
    Type: 'TRACKED_CLUSTER',
  }
  return [tracked, ...instances]
}

function health(cluster: ClusterRecord, instance: InstanceRecord): TargetHealth {
  const status = instanceStatus(cluster, instance)
  if (status === 'available') return {State: 'AVAILABLE'}
  if (status === 'creating') return {State: 'REGISTERING'}
  return {
    State: 'UNAVAILABLE',
    Reason: 'UNREACHABLE',
    Description: `DB instance ${instance.id} is ${status}: the proxy cannot connect to it.`,
  }
}

const showGroup = (proxy: ProxyRecord): DBProxyTargetGroup => ({
  DBProxyName: proxy.name,
  TargetGroupName: DEFAULT_GROUP,
  TargetGroupArn: proxy.targetGroupArn,
  IsDefault: true,
  Status: 'available',
  ConnectionPoolConfig: {
    MaxConnectionsPercent: proxy.pool.maxConnectionsPercent,
    MaxIdleConnectionsPercent: proxy.pool.maxIdlePercent,
    ConnectionBorrowTimeout: proxy.pool.borrowTimeoutSeconds,
    InitQuery: proxy.pool.initQuery,
    SessionPinningFilters: proxy.pool.pinningFilters,
  },
  CreatedDate: proxy.createdAt,
  UpdatedDate: proxy.updatedAt,
})
