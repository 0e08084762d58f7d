/** What a deployment costs in a month in which little happens: an estimate by list prices, with its date. Pure. */

import type {Footprint} from './footprint.js'
import {HOURS_A_MONTH, PRICES, PRICES_DATE, PRICES_REGION, PRICES_SOURCE, USAGE} from './prices.js'
import {PURPOSES} from './settings.js'
import type {CostItem, Estimate, Settings} from './result.js'

/** What the default project keeps in each region; the edge, made in us-east-1, is counted at home. */
interface Footprints {
  home: Footprint
  away: Footprint
}

export function estimate(settings: Settings, footprint: Footprints): Estimate {
  const items = itemsOf(settings, footprint)
  const {home, away, total} = sumOf(items)
  return {
    date: PRICES_DATE,
    currency: 'USD',
    items,
    home,
    away,
    total,
    remarks: [
      `Estimate, list prices of ${PRICES_REGION} as of ${PRICES_DATE} (${PRICES_SOURCE}). Other regions cost up to about 50% more.`,
      'Not included: backups and snapshots, data transfer between the regions, capacity above the minimum, requests, taxes.',
      byPurpose(settings, footprint),
    ],
  }
}

/** Both, whichever was chosen: the minimum capacity is what most of the sum depends on. */
function byPurpose(settings: Settings, footprint: Footprints): string {
  const priced = Object.entries(PURPOSES).map(([purpose, {capacity}]) => {
    const {total} = sumOf(itemsOf({...settings, capacity}, footprint))
    return `${dollars(total)} with at least ${capacity.min} ACU (${purpose})`
  })
  return `In total ${priced.join(', ')}. AWS recommends 8 ACU or more for global databases.`
}

function sumOf(items: readonly CostItem[]): Pick<Estimate, 'away' | 'home' | 'total'> {
  const home = cents(items.reduce((sum, row) => sum + row.home, 0))
  const away = cents(items.reduce((sum, row) => sum + row.away, 0))
  return {home, away, total: cents(home + away)}
}

function itemsOf(settings: Settings, footprint: Footprints): CostItem[] {
  const {capacity, instances} = settings
  const acu = capacity.min * instances
  const {home: atHome, away: atAway} = footprint
  const rows: CostItem[] = []
  const add = (item: string, basis: string, home: number, away: number): void => {
    rows.push({item, basis, home: cents(home), away: cents(away)})
  }
  const each = (item: string, basis: string, price: number, of: (footprint: Footprint) => number): void =>
    add(item, basis, of(atHome) * price, of(atAway) * price)

  const compute = acu * PRICES.auroraAcuHour * HOURS_A_MONTH
  add('Aurora Serverless v2', `${instances} x ${capacity.min} ACU, the minimum, when idle`, compute, compute)
  const storage = USAGE.storageGb * PRICES.auroraStorageGb + USAGE.ios * PRICES.auroraIo
  add('Aurora storage and I/O', `${USAGE.storageGb} GB, ${USAGE.ios} million I/Os`, storage, storage)
  add('Replicated writes', `${USAGE.replicatedIos} million`, 0, USAGE.replicatedIos * PRICES.auroraReplicatedIo)
  const proxyAcu = Math.max(PRICES.proxyMinimumAcu, acu)
  each(
    'RDS Proxy',
    `${proxyAcu} ACU${proxyAcu > acu ? ', the minimum that is billed' : ''}`,
    proxyAcu * PRICES.proxyAcuHour * HOURS_A_MONTH,
    ({proxies}) => proxies,
  )
  each('Interface endpoints', 'each in every zone', PRICES.endpointZoneHour * HOURS_A_MONTH, (one) => one.endpointZones)
  each(
    'NAT gateways',
    'the network has no internet access',
    PRICES.natGatewayHour * HOURS_A_MONTH,
    (one) => one.natGateways,
  )
  each('KMS keys', 'without rotation', PRICES.kmsKey, ({keys}) => keys)
  each('Secrets and replicas', 'for both users', PRICES.secret, ({secrets}) => secrets)
  const waf = ({webAcls, webAclRules}: Footprint): number => webAcls * PRICES.wafAcl + webAclRules * PRICES.wafRule
  if (settings.routes.includes('route53'))
    // The edge's firewall, once more in front of each API.
    add(
      'WAF of the APIs, health check',
      'clients reach them by their name',
      waf(atHome),
      waf(atHome) + PRICES.healthCheck,
    )
  each('WAF', `web ACL and rules; ${dollars(PRICES.wafRequests)} per million requests`, 1, waf)
  each(
    'Cognito clients and tokens',
    `client credentials, ${USAGE.tokens} tokens`,
    PRICES.cognitoClient + (USAGE.tokens / 1000) * PRICES.cognitoTokens,
    ({clients}) => clients,
  )
  each('Alarms', 'per metric', PRICES.alarmMetric, ({alarmMetrics}) => alarmMetrics)
  each('Dashboards', 'the first three of an account are free', PRICES.dashboard, ({dashboards}) => dashboards)
  const logs = ({flowLogs}: Footprint): number =>
    USAGE.logsGb * PRICES.logsGb + Math.min(1, flowLogs) * USAGE.flowLogsGb * PRICES.flowLogsGb
  each('Logs and flow logs', `${USAGE.logsGb} GB per group`, 1, logs)
  const {edgeRequests, apiRequests, lambdaRequests} = PRICES
  add(
    'CloudFront, API Gateway, Lambda',
    `nothing when idle; about ${dollars(edgeRequests + apiRequests + lambdaRequests)} per million requests`,
    0,
    0,
  )
  return rows
}

const cents = (value: number): number => Math.round(value * 100) / 100
export const dollars = (value: number): string => `$${value.toFixed(2)}`

/** For a README. */
export function costMarkdown({items, home, away, total, remarks}: Estimate, settings: Settings): string {
  const row = (...cells: string[]): string => `| ${cells.join(' | ')} |`
  return [
    row('item', 'basis', `${settings.home} (home)`, `${settings.away} (away)`),
    row('---', '---', '---:', '---:'),
    ...items.map((one) => row(one.item, one.basis, dollars(one.home), dollars(one.away))),
    row('**per month**', `**${dollars(total)} in total**`, `**${dollars(home)}**`, `**${dollars(away)}**`),
    '',
    ...remarks,
  ].join('\n')
}
