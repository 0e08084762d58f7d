import {setTimeout as sleep} from 'node:timers/promises'

import type {CreateDBProxyEndpointRequest, DBProxyEndpoint, ModifyDBProxyEndpointRequest} from '@aws-sdk/client-rds'

import {BORROW_TIMED_OUT, NO_READER, NO_WRITER, ProxyFront, type Destination} from '../../database/proxy-front.js'
import {fault, type Operation} from '../../kernel.js'
import {inBackground} from './background.js'
import {hostName, identifier, rdsArn, resourceId} from './names.js'
import {tokenLogin} from './proxy-login.js'
import type {EndpointRecord, Proxies, ProxyRecord, TargetRole} from './proxy-store.js'
import type {Rds} from './store.js'

/**
 * Where a new connection goes. A read/write endpoint serves a cluster only while that cluster has the writer; while the global
 * database is switching, RDS Proxy queues requests until the new writer is there. A read-only endpoint fails on a cluster
 * without a reader at once, and waits for a reader that is down (Aurora user guide, RDS Proxy endpoints and global databases).
 */
function destination({store, lab}: Rds, proxy: ProxyRecord, role: TargetRole): Destination {
  const {cluster} = proxy
  if (!cluster) return {kind: 'refuse', message: role === 'READ_WRITE' ? NO_WRITER : NO_READER}
  const {database} = cluster
  const toServer: Destination =
    database.port && database.role !== 'rebuilding'
      ? {kind: 'server', port: database.port}
      : {kind: 'wait', message: BORROW_TIMED_OUT}
  if (role === 'READ_ONLY') {
    const hasReader = database.role !== 'writer' || cluster.instances.length > 1
    return hasReader ? toServer : {kind: 'refuse', message: NO_READER}
  }

  if (database.isKnownWriter(lab.profile.proxyMs)) return toServer
  if (database.role === 'writer') return {kind: 'wait', message: NO_WRITER}
  return store.globalOf(cluster)?.switching ? {kind: 'wait', message: NO_WRITER} : {kind: 'refuse', message: NO_WRITER}
}

export async function openEndpoint(
  rds: Rds,
  proxy: () => ProxyRecord,
  record: Omit<EndpointRecord, 'front'>,
): Promise<EndpointRecord> {
  const front = await ProxyFront.open({
    ports: rds.lab.ports,
    region: record.region,
    name: record.host,
    destination: () => destination(rds, proxy(), record.role),
    borrowTimeoutMs: () => proxy().pool.borrowTimeoutSeconds * 1000,
    requireTls: () => proxy().requireTls,
    tokenLogin: () => (proxy().defaultAuthScheme === 'IAM_AUTH' ? tokenLogin(rds, proxy(), record.host) : undefined),
  })
  rds.lab.hosts.register(record.host, record.region, front.port)
  return {...record, front}
}

export async function closeEndpoint({lab, store}: Rds, endpoint: EndpointRecord): Promise<void> {
  lab.hosts.unregister(endpoint.host)
  store.tags.delete(endpoint.arn)
  await endpoint.front.close()
}

export const vpcId = (region: string, subnets: string[]): string =>
  resourceId('vpc', region, subnets.join(',')).toLowerCase().slice(0, 21)

export function endpointOperations(rds: Rds, proxies: Proxies): Record<string, Operation> {
  const {store, lab} = rds
  const find = (region: string, name: string): {proxy: ProxyRecord; endpoint: EndpointRecord} => {
    for (const proxy of proxies.inRegion(region)) {
      const endpoint = proxy.endpoints.find((one) => one.name === name.toLowerCase())
      if (endpoint) return {proxy, endpoint}
    }

    throw fault('DBProxyEndpointNotFoundFault', `DB proxy endpoint ${name} not found.`, 404)
  }

  return {
    async CreateDBProxyEndpoint(input: CreateDBProxyEndpointRequest, {region}) {
      const proxy = proxies.get(region, input.DBProxyName)
      const name = identifier(input.DBProxyEndpointName, 'DBProxyEndpointName')
      if (proxies.inRegion(region).some(({endpoints}) => endpoints.some((one) => one.name === name))) {
        throw fault('DBProxyEndpointAlreadyExistsFault', `DB proxy endpoint ${name} already exists.`)
      }

      const arn = rdsArn(region, 'db-proxy-endpoint', resourceId('prx-endpoint', proxy.arn, name).toLowerCase())
      const endpoint = await openEndpoint(rds, () => proxy, {
        region,
        name,
        arn,
        host: hostName('endpoint.proxy', name, lab.name, region),
        role: input.TargetRole ?? 'READ_WRITE',
        status: 'creating',
        subnets: input.VpcSubnetIds ?? proxy.subnets,
        securityGroups: input.VpcSecurityGroupIds ?? proxy.securityGroups,
        createdAt: new Date(),
      })
      proxy.endpoints.push(endpoint)
      store.tags.set(arn, input.Tags ?? [])
      inBackground(lab, `creating ${name}`, async () => {
        await sleep(lab.profile.makingMs.proxy)
        if (endpoint.status !== 'creating') return
        endpoint.status = 'available'
      })
      return {DBProxyEndpoint: showEndpoint(proxy, endpoint)}
    },

    DescribeDBProxyEndpoints({DBProxyName, DBProxyEndpointName}, {region}) {
      if (DBProxyEndpointName) {
        const {proxy, endpoint} = find(region, DBProxyEndpointName)
        return {DBProxyEndpoints: [showEndpoint(proxy, endpoint)]}
      }

      const found = DBProxyName ? [proxies.get(region, DBProxyName)] : proxies.inRegion(region)
      const shown = found.flatMap((proxy) =>
        [proxy.endpoint, ...proxy.endpoints].map((one) => showEndpoint(proxy, one)),
      )
      return {DBProxyEndpoints: shown}
    },

    ModifyDBProxyEndpoint(input: ModifyDBProxyEndpointRequest, {region}) {
      const {proxy, endpoint} = find(region, input.DBProxyEndpointName!)
      if (input.NewDBProxyEndpointName)
        throw fault('NotImplemented', 'rds.ModifyDBProxyEndpoint: NewDBProxyEndpointName', 501)
      endpoint.securityGroups = input.VpcSecurityGroupIds ?? endpoint.securityGroups
      return {DBProxyEndpoint: showEndpoint(proxy, endpoint)}
    },

    DeleteDBProxyEndpoint({DBProxyEndpointName: name}, {region}) {
      const {proxy, endpoint} = find(region, name)
      endpoint.status = 'deleting'
      inBackground(lab, `deleting ${endpoint.name}`, async () => {
        await closeEndpoint(rds, endpoint)
        proxy.endpoints = proxy.endpoints.filter((one) => one !== endpoint)
      })
      return {DBProxyEndpoint: showEndpoint(proxy, endpoint)}
    },
  }
}

const showEndpoint = (proxy: ProxyRecord, endpoint: EndpointRecord): DBProxyEndpoint => ({
  DBProxyEndpointName: endpoint.name,
  DBProxyEndpointArn: endpoint.arn,
  DBProxyName: proxy.name,
  Status: endpoint.status as DBProxyEndpoint['Status'],
  VpcId: vpcId(proxy.region, endpoint.subnets),
  VpcSubnetIds: endpoint.subnets,
  VpcSecurityGroupIds: endpoint.securityGroups,
  Endpoint: endpoint.host,
  TargetRole: endpoint.role,
  IsDefault: endpoint === proxy.endpoint,
  CreatedDate: endpoint.createdAt,
})
