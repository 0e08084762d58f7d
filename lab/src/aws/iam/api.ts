import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'iam',
  placement: 'global',
  client: {load: () => import('@aws-sdk/client-iam'), name: 'IAMClient'},
  permissions: {
    members: [
      ['PolicyArn', '~'],
      ['PolicySourceArn', '~'],
      ['RoleName', 'arn:aws:iam::A:role/~'],
    ],
  },
}
