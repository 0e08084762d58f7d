import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'servicequotas',
  placement: 'regional',
  invalid: 'IllegalArgumentException',
  client: {load: () => import('@aws-sdk/client-service-quotas'), name: 'ServiceQuotasClient'},
}
