/** What the account may have and do in a region, as far as `doctor` and `health` ask for it. */

import type {Region} from '../../model/deployment.js'
import type {Used} from '../../ports/used.js'
import type {AwsCallOptions, Clients} from './clients.js'

/** Calls of functions that may run at once. */
export async function concurrencyLimit(clients: Clients, region: Region, options: AwsCallOptions): Promise<number> {
  const {AccountLimit} = await clients.call('lambda', region, 'GetAccountSettings', {}, options)
  return AccountLimit?.ConcurrentExecutions ?? 0
}

/** The steady rate that API Gateway throttles the account to in a region (API Gateway API reference, Account: `throttleSettings`). */
export async function requestRate(
  clients: Clients,
  region: Region,
  options: AwsCallOptions,
): Promise<number | undefined> {
  const {throttleSettings} = await clients.call('apigateway', region, 'GetAccount', {}, options)
  return throttleSettings?.rateLimit
}

/** Manual snapshots of clusters (RDS API, AccountQuota). Undefined where RDS does not say. */
export async function clusterSnapshots(
  clients: Clients,
  region: Region,
  options: AwsCallOptions,
): Promise<Used | undefined> {
  const {AccountQuotas = []} = await clients.call('rds', region, 'DescribeAccountAttributes', {}, options)
  const found = AccountQuotas.find(({AccountQuotaName}) => AccountQuotaName === 'ManualClusterSnapshots')
  return found && {count: found.Used ?? 0, quota: found.Max ?? 0}
}
