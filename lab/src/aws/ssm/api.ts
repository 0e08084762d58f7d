import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'ssm',
  placement: 'regional',
  client: {load: () => import('@aws-sdk/client-ssm'), name: 'SSMClient'},
  permissions: {
    members: ['Name', 'Names', 'Path'].map((member) => [member, 'arn:aws:ssm:R:A:parameter/~'] as const),
  },
}
