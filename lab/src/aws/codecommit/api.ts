import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'codecommit',
  placement: 'regional',
  client: {load: () => import('@aws-sdk/client-codecommit'), name: 'CodeCommitClient'},
  permissions: {
    members: [
      ['repositoryName', 'arn:aws:codecommit:R:A:~'],
      ['oldName', 'arn:aws:codecommit:R:A:~'],
      ['resourceArn', '~'],
    ],
  },
}
