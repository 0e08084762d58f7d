import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'kms',
  placement: 'regional',
  client: {load: () => import('@aws-sdk/client-kms'), name: 'KMSClient'},
  permissions: {members: [['KeyId', 'arn:aws:kms:R:A:key/~']]},
}
