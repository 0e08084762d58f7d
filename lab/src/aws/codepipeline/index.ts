import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {pipeline} from './resources.js'
import {CodePipelineService} from './service.js'

export const codepipeline: AwsService = {
  api,
  make: (lab) => new CodePipelineService(lab),
  types: {'AWS::CodePipeline::Pipeline': pipeline},
}
