import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'wafv2',
  placement: 'regional',
}
