import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'events',
  placement: 'regional',
  client: {load: () => import('@aws-sdk/client-eventbridge'), name: 'EventBridgeClient'},
  permissions: {
    members: [
      ['Name', 'arn:aws:events:R:A:rule/~'],
      ['Rule', 'arn:aws:events:R:A:rule/~'],
      ['ResourceARN', '~'],
    ],
  },
}
