import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'cloudformation',
  placement: 'regional',
  client: {load: () => import('@aws-sdk/client-cloudformation'), name: 'CloudFormationClient'},
  permissions: {
    members: [
      ['StackName', 'arn:aws:cloudformation:R:A:stack/~/*'],
      ['StackId', '~'],
    ],
    all: {DescribeStacks: 'arn:aws:cloudformation:R:A:stack/*/*'},
  },
}
