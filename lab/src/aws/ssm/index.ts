import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {parameter} from './resources.js'
import {SsmService} from './service.js'

export const ssm: AwsService = {
  api,
  make: () => new SsmService(),
  types: {'AWS::SSM::Parameter': parameter},
}
