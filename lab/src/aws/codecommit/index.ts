import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {repository} from './resources.js'
import {CodeCommitService} from './service.js'

export const codecommit: AwsService = {
  api,
  make: (lab) => new CodeCommitService(lab),
  types: {'AWS::CodeCommit::Repository': repository},
}
