import {setTimeout as sleep} from 'node:timers/promises'

import type {
  CreateDBProxyRequest,
  DBProxy,
  DefaultAuthScheme,
  ModifyDBProxyRequest,
  UserAuthConfig,
} from '@aws-sdk/client-rds'

import {fault, type Operation} from '../../kernel.js'
import {quotasOf} from '../../quotas.js'
import {inBackground} from './background.js'
import {hostName, identifier, rdsArn, resourceId} from './names.js'
import {closeEndpoint, endpointOperations, openEndpoint, vpcId} from './proxy-endpoints.js'
import {DEFAULT_BORROW_TIMEOUT, type Proxies, type ProxyRecord} from './proxy-store.js'
import {PROXIES} from './quotas.js'
import {proxySubnets} from './proxy-zones.js'
import type {Rds} from './store.js'

export function proxyOperations(rds: Rds, proxies: Proxies): Record<string, Operation> {
  const {store, lab, events} = rds
  const event = (proxy: ProxyRecord, category: string, number: string, message: string): void =>
    events.add({region: proxy.region, id: proxy.name, type: 'db-proxy', category}, number, message)

  return {
    async CreateDBProxy(input: CreateDBProxyRequest, {region}) {
      const name = identifier(input.DBProxyName, 'DBProxyName')
      if (proxies.has(region, name)) throw fault('DBProxyAlreadyExistsFault', `DB proxy ${name} already exists.`)
      if (proxies.inRegion(region).length >= quotasOf(lab).value(region, PROXIES))
        throw fault('DBProxyQuotaExceededFault', 'Your DB proxy quota has been exceeded in this region.')
      if (input.EngineFamily !== 'MYSQL')
        throw fault('InvalidParameterValue', `The lab supports proxies for MYSQL only, not ${input.EngineFamily}`)
      refuseNoWayIn(input.Auth, input.DefaultAuthScheme)
      const common = {
        region,
        status: 'creating',
        subnets: proxySubnets(lab, region, input.VpcSubnetIds ?? []),
        securityGroups: input.VpcSecurityGroupIds ?? [],
        createdAt: new Date(),
      }
      const arn = rdsArn(
        region,
        'db-proxy',
        resourceId('prx', lab.name, region, name, String(Date.now())).toLowerCase(),
      )
      const host = hostName('proxy', name, lab.name, region)
      const proxy: ProxyRecord = {
        ...common,
        name,
        arn,
        targetGroupArn: rdsArn(region, 'target-group', resourceId('prx-tg', arn).toLowerCase()),
        auth: input.Auth ?? [],
        defaultAuthScheme: input.DefaultAuthScheme ?? 'NONE',
        roleArn: input.RoleArn ?? '',
        requireTls: input.RequireTLS ?? false,
        idleClientTimeout: input.IdleClientTimeout ?? 1800,
        debugLogging: input.DebugLogging ?? false,
        updatedAt: common.createdAt,
        pool: {
          maxConnectionsPercent: 100,
          maxIdlePercent: 50,
          borrowTimeoutSeconds: DEFAULT_BORROW_TIMEOUT,
          pinningFilters: [],
        },
        endpoint: await openEndpoint(rds, () => proxy, {...common, name: 'default', arn, host, role: 'READ_WRITE'}),
        endpoints: [],
      }
      proxies.put(name, proxy)
      store.tags.set(arn, input.Tags ?? [])
      inBackground(lab, `creating ${name}`, async () => {
        await sleep(lab.profile.makingMs.proxy)
        if (proxy.status !== 'creating') return
        proxy.status = 'available'
        proxy.endpoint.status = 'available'
        event(proxy, 'creation', '0203', `RDS created DB proxy ${name}.`)
      })
      return {DBProxy: showProxy(proxy)}
    },

    DescribeDBProxies({DBProxyName: name}, {region}) {
      const found = name ? [proxies.get(region, name)] : proxies.inRegion(region)
      return {DBProxies: found.map((proxy) => showProxy(proxy))}
    },

    ModifyDBProxy(input: ModifyDBProxyRequest, {region}) {
      const proxy = proxies.get(region, input.DBProxyName)
      if (input.NewDBProxyName) throw fault('NotImplemented', 'rds.ModifyDBProxy: NewDBProxyName', 501)
      const {Auth = proxy.auth, DefaultAuthScheme = proxy.defaultAuthScheme} = input
      refuseNoWayIn(Auth, DefaultAuthScheme)
      proxy.auth = Auth
      proxy.defaultAuthScheme = DefaultAuthScheme
      proxy.requireTls = input.RequireTLS ?? proxy.requireTls
      proxy.idleClientTimeout = input.IdleClientTimeout ?? proxy.idleClientTimeout
      proxy.debugLogging = input.DebugLogging ?? proxy.debugLogging
      proxy.roleArn = input.RoleArn ?? proxy.roleArn
      proxy.securityGroups = input.SecurityGroups ?? proxy.securityGroups
      proxy.updatedAt = new Date()
      event(proxy, 'configuration change', '0204', `RDS modified DB proxy ${proxy.name}.`)
      return {DBProxy: showProxy(proxy)}
    },

    DeleteDBProxy({DBProxyName: name}, {region}) {
      const proxy = proxies.get(region, name)
      if (proxy.status === 'deleting')
        throw fault('InvalidDBProxyStateFault', `DB proxy ${proxy.name} is being deleted.`)
      proxy.status = 'deleting'
      inBackground(lab, `deleting ${proxy.name}`, async () => {
        await Promise.all([proxy.endpoint, ...proxy.endpoints].map((endpoint) => closeEndpoint(rds, endpoint)))
        proxies.remove(region, proxy.name)
        rds.store.tags.delete(proxy.arn)
        event(proxy, 'deletion', '0205', `RDS deleted DB proxy ${proxy.name}.`)
      })
      return {DBProxy: showProxy(proxy)}
    },

    ...endpointOperations(rds, proxies),
  }
}

/** "If you don't specify DefaultAuthScheme or specify this parameter as NONE, you must specify the Auth option" (CreateDBProxy, RDS API). */
function refuseNoWayIn(auth: UserAuthConfig[] = [], scheme: DefaultAuthScheme = 'NONE'): void {
  if (scheme === 'NONE' && auth.length === 0)
    throw fault('InvalidParameterCombination', 'Auth must be specified when DefaultAuthScheme is NONE.')
}

const showProxy = (proxy: ProxyRecord): DBProxy => ({
  DBProxyName: proxy.name,
  DBProxyArn: proxy.arn,
  Status: proxy.status as DBProxy['Status'],
  EngineFamily: 'MYSQL',
  VpcId: vpcId(proxy.region, proxy.subnets),
  VpcSubnetIds: proxy.subnets,
  VpcSecurityGroupIds: proxy.securityGroups,
  Auth: proxy.auth,
  DefaultAuthScheme: proxy.defaultAuthScheme,
  RoleArn: proxy.roleArn,
  Endpoint: proxy.endpoint.host,
  RequireTLS: proxy.requireTls,
  IdleClientTimeout: proxy.idleClientTimeout,
  DebugLogging: proxy.debugLogging,
  CreatedDate: proxy.createdAt,
  UpdatedDate: proxy.updatedAt,
})
