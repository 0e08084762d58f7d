import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {
  lambdaAlias,
  lambdaEventInvokeConfig,
  lambdaFunction,
  lambdaLayerVersion,
  lambdaPermission,
  lambdaVersion,
} from './resources.js'
import {LambdaService} from './service.js'

export const lambda: AwsService = {
  api,
  make: (lab) => new LambdaService(lab),
  types: {
    'AWS::Lambda::Alias': lambdaAlias,
    'AWS::Lambda::EventInvokeConfig': lambdaEventInvokeConfig,
    'AWS::Lambda::Function': lambdaFunction,
    'AWS::Lambda::LayerVersion': lambdaLayerVersion,
    'AWS::Lambda::Permission': lambdaPermission,
    'AWS::Lambda::Version': lambdaVersion,
  },
}
