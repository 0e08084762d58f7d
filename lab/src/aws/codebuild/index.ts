import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {project} from './resources.js'
import {CodeBuildService} from './service.js'

export const codebuild: AwsService = {
  api,
  make: (lab) => new CodeBuildService(lab),
  types: {'AWS::CodeBuild::Project': project},
}
