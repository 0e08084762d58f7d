/** What the account may have and do in a region. */

import type {ServiceQuota} from '@aws-sdk/client-service-quotas'
import type {Item} from '../../../ports/settings.js'
import {isFault} from '../errors.js'
import {pages} from '../pages.js'
import type {Asked} from './asked.js'

/** As Service Quotas calls those that a deployment is made of. */
const SERVICES = ['apigateway', 'cognito-idp', 'lambda', 'rds', 'secretsmanager', 'vpc']

export async function quotaItems(asked: Asked): Promise<Item[]> {
  const found = await Promise.all(SERVICES.map((service) => quotasOf(asked, service)))
  // What is one number for all regions cannot differ.
  return found
    .flat()
    .filter(({GlobalQuota}) => GlobalQuota !== true)
    .map(({ServiceCode, QuotaCode, QuotaName, Value}) => ({
      kind: 'quota',
      name: `${ServiceCode} ${QuotaCode} (${QuotaName})`,
      settings: {value: Value ?? null},
    }))
}

async function quotasOf({clients, region, options}: Asked, ServiceCode: string): Promise<ServiceQuota[]> {
  try {
    const found = await pages((NextToken) =>
      clients.call('servicequotas', region, 'ListServiceQuotas', {ServiceCode, NextToken}, options),
    )
    return found.flatMap(({Quotas = []}) => Quotas)
  } catch (error) {
    // A service without quotas in this region.
    if (isFault(error, 'NoSuchResourceException')) return []
    throw error
  }
}
