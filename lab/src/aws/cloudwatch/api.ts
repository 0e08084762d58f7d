import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'monitoring',
  placement: 'regional',
  client: {load: () => import('@aws-sdk/client-cloudwatch'), name: 'CloudWatchClient'},
  permissions: {
    prefix: 'cloudwatch',
    members: [
      ['AlarmName', 'arn:aws:cloudwatch:R:A:alarm:~'],
      ['AlarmNames', 'arn:aws:cloudwatch:R:A:alarm:~'],
      ['ResourceARN', '~'],
    ],
  },
}
