/** RDS Proxy of a region: how clients come in, and how many of them. */

import type {DBProxy} from '@aws-sdk/client-rds'
import {regionOf} from '../../../model/regions.js'
import type {Item} from '../../../ports/settings.js'
import type {Asked} from './asked.js'
import {logItems} from './logs.js'
import {flattened, setting, settingsOf, tagSettings, tagsOf} from './values.js'

export async function proxyItems(asked: Asked): Promise<Item[]> {
  const {clients, region, options} = asked
  const proxy = await proxyOf(asked)
  if (!proxy) return []
  const {DBProxyName} = proxy
  const [{TargetGroups = []}, endpoints, {TagList}, logs] = await Promise.all([
    clients.call('rds', region, 'DescribeDBProxyTargetGroups', {DBProxyName}, options),
    endpointsOf(asked),
    clients.call('rds', region, 'ListTagsForResource', {ResourceName: proxy.DBProxyArn}, options),
    logItems(asked, `/aws/rds/proxy/${DBProxyName}`),
  ])
  return [
    {
      kind: 'proxy',
      name: '',
      settings: settingsOf({
        engine: proxy.EngineFamily,
        TLS: proxy.RequireTLS,
        'idle timeout': proxy.IdleClientTimeout,
        'debug log': proxy.DebugLogging,
        authentication: (proxy.Auth ?? []).map(({AuthScheme, IAMAuth, SecretArn, ClientPasswordAuthType}) =>
          setting({AuthScheme, IAMAuth, SecretArn, ClientPasswordAuthType}),
        ),
        'default authentication': proxy.DefaultAuthScheme,
        ...flattened('pool ', TargetGroups[0]?.ConnectionPoolConfig),
        ...tagSettings(tagsOf(TagList)),
      }),
    },
    ...logs,
    ...endpoints.map(({DBProxyEndpointName: name = '', TargetRole: role = null}) => ({
      kind: 'proxy endpoint',
      name,
      settings: {role},
    })),
  ]
}

/** The hosts by which functions reach the database: AWS puts something random into each. */
export async function proxyAddresses(asked: Asked): Promise<Record<string, string>> {
  const [proxy, endpoints] = await Promise.all([proxyOf(asked), endpointsOf(asked)])
  const roles: Record<string, string> = {READ_ONLY: 'reader host', READ_WRITE: 'writer host'}
  return {
    ...(proxy?.Endpoint && {'proxy host': proxy.Endpoint}),
    ...Object.fromEntries(
      endpoints.flatMap(({TargetRole = '', Endpoint}) =>
        Endpoint ? [[`proxy ${roles[TargetRole] ?? 'endpoint'}`, Endpoint]] : [],
      ),
    ),
  }
}

async function proxyOf({clients, deployment, region, options}: Asked): Promise<DBProxy | undefined> {
  const {proxyName: DBProxyName} = regionOf(deployment, region)
  const {DBProxies = []} = await clients.call('rds', region, 'DescribeDBProxies', {DBProxyName}, options)
  return DBProxies[0]
}

async function endpointsOf({clients, deployment, region, options}: Asked) {
  const {proxyName: DBProxyName} = regionOf(deployment, region)
  const answer = await clients.call('rds', region, 'DescribeDBProxyEndpoints', {DBProxyName}, options)
  return (answer.DBProxyEndpoints ?? []).filter(({IsDefault}) => !IsDefault)
}

/** ARNs of the secrets by which the proxy logs in, in the region itself. */
export const proxySecrets = async (asked: Asked): Promise<string[]> =>
  ((await proxyOf(asked))?.Auth ?? []).flatMap(({SecretArn}) => SecretArn ?? [])
