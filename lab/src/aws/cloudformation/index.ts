import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {CloudFormationService} from './service.js'

export const cloudformation: AwsService = {
  api,
  make: (lab, providerOf) => new CloudFormationService(lab, providerOf),
  recorded: {
    'AWS::CloudFormation::WaitConditionHandle': {
      area: 'metadata',
      ref: 'https://cloudformation-waitcondition-{region}.s3.amazonaws.com/{uuid}',
    },
  },
}
