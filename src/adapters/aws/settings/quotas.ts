/** What the account may have and do in a region. */

import type {ServiceQuota} from '@aws-sdk/client-service-quotas'
import type {Item} from '../../../ports/settings.js'
import {isFault} from '../errors.js'
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
  const all: ServiceQuota[] = []
  let NextToken: string | undefined
  try {
    do {
      const page = await clients.call('servicequotas', region, 'ListServiceQuotas', {ServiceCode, NextToken}, options)
      all.push(...(page.Quotas ?? []))
      NextToken = page.NextToken
    } while (NextToken)
  } catch (error) {
    // A service without quotas in this region.
    if (!isFault(error, 'NoSuchResourceException')) throw error
  }

  return all
}
