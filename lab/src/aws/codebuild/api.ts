import {ACCOUNT} from '../../kernel.js'
import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'codebuild',
  placement: 'regional',
  invalid: 'InvalidInputException',
  client: {load: () => import('@aws-sdk/client-codebuild'), name: 'CodeBuildClient'},
  permissions: {
    members: [
      ['name', 'arn:aws:codebuild:R:A:project/~'],
      ['names', 'arn:aws:codebuild:R:A:project/~'],
      ['projectName', 'arn:aws:codebuild:R:A:project/~'],
    ],
    /** A build is asked about as its project. */
    resources: ({input: {id, ids}, region}) =>
      [id, ids]
        .flat()
        .filter((one): one is string => typeof one === 'string')
        .map((one) => `arn:aws:codebuild:${region}:${ACCOUNT}:project/${projectOf(one)}`),
  },
}

/** Of an id or an ARN of a build. */
export const projectOf = (build: string): string => (build.split('/').at(-1) ?? '').split(':')[0] ?? ''
