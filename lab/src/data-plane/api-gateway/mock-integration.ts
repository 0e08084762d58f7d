import type {Method} from '@aws-sdk/client-api-gateway'

import {own} from '../../own.js'
import {GatewayError, type HttpAnswer} from './gateway-response.js'

/** The status that a MOCK's request template names, as in `{"statusCode": 204}`. */
export const mockStatus = (template: string | undefined): string | undefined =>
  /["']?statusCode["']?\s*:\s*["']?(\d{3})/.exec(template ?? '')?.[1]

/** A MOCK integration, as CORS preflights use it: literals only. @throws GatewayError 500 where nothing answers */
export function runMockIntegration({methodIntegration: integration, methodResponses}: Method): HttpAnswer {
  const status = mockStatus(integration?.requestTemplates?.['application/json'])
  const responses = Object.values(integration?.integrationResponses ?? {})
  const chosen = responses.find(
    ({selectionPattern}) => status && selectionPattern && new RegExp(`^${selectionPattern}$`).test(status),
  )
  const response = chosen ?? responses.find(({selectionPattern}) => !selectionPattern)
  if (!status || !response?.statusCode || !own(methodResponses, response.statusCode))
    throw new GatewayError('API_CONFIGURATION_ERROR')
  const headers = Object.entries(response.responseParameters ?? {}).map(
    ([name, value]) =>
      [name.replace('method.response.header.', '').toLowerCase(), value.replaceAll(/^'|'$/g, '')] as const,
  )
  return {
    status: Number(response.statusCode),
    headers: {'content-type': 'application/json', ...Object.fromEntries(headers)},
    body: Buffer.from(response.responseTemplates?.['application/json'] ?? ''),
  }
}
