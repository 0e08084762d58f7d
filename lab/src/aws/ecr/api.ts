import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'ecr',
  placement: 'regional',
  client: {load: () => import('@aws-sdk/client-ecr'), name: 'ECRClient'},
  permissions: {
    members: [
      ['repositoryName', 'arn:aws:ecr:R:A:repository/~'],
      ['repositoryNames', 'arn:aws:ecr:R:A:repository/~'],
      ['resourceArn', '~'],
    ],
  },
  invalid: 'InvalidParameterException',
}
