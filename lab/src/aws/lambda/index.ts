import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {lambdaFunction, lambdaPermission} from './resources.js'
import {LambdaService} from './service.js'

export const lambda: AwsService = {
  api,
  make: (lab) => new LambdaService(lab),
  types: {'AWS::Lambda::Function': lambdaFunction, 'AWS::Lambda::Permission': lambdaPermission},
}
