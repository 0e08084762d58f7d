import type {Quota} from '../../service.js'

/**
 * Requests a second to all APIs of an account in a region ("Amazon API Gateway quotas", API Gateway developer guide). The burst is not
 * for the account to choose: by default it is half of it, which is assumed of other rates.
 */
export const THROTTLE_RATE: Quota = {
  serviceCode: 'apigateway',
  serviceName: 'Amazon API Gateway',
  code: 'L-8A5B8E43',
  name: 'Throttle rate',
  value: 10_000,
}

export const burstOf = (rate: number): number => Math.ceil(rate / 2)
