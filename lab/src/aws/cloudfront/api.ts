import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'cloudfront',
  placement: 'global',
  client: {load: () => import('@aws-sdk/client-cloudfront'), name: 'CloudFrontClient'},
  permissions: {
    actions: {CreateDistributionWithTags: 'CreateDistribution'},
    also: {CreateDistributionWithTags: 'TagResource'},
    members: [
      ['Id', 'arn:aws:cloudfront::A:distribution/~'],
      ['Resource', '~'],
    ],
  },
}
