import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'ec2',
  placement: 'regional',
  client: {load: () => import('@aws-sdk/client-ec2'), name: 'EC2Client'},
  throttle: {code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503},
}
