import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'codeconnections',
  placement: 'regional',
  client: {load: () => import('./client.js'), name: 'CodeConnectionsClient'},
  permissions: {
    members: [
      ['ConnectionArn', '~'],
      ['ResourceArn', '~'],
    ],
  },
}
