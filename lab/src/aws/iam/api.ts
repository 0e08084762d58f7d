import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'iam',
  placement: 'global',
  client: {load: () => import('@aws-sdk/client-iam'), name: 'IAMClient'},
  permissions: {members: [['PolicySourceArn', '~']]},
}
