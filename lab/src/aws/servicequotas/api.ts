import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'servicequotas',
  placement: 'regional',
  client: {load: () => import('@aws-sdk/client-service-quotas'), name: 'ServiceQuotasClient'},
}
