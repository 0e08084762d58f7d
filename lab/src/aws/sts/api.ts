import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'sts',
  placement: 'regional',
  client: {load: () => import('@aws-sdk/client-sts'), name: 'STSClient'},
  permissions: {
    members: [['RoleArn', '~']],
    needs: ({operation}) => (operation === 'GetCallerIdentity' ? [] : undefined),
  },
}
