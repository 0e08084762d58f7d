import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {alarm, dashboard} from './resources.js'
import {CloudWatchService} from './service.js'

export const cloudwatch: AwsService = {
  api,
  make: (lab) => new CloudWatchService(lab),
  types: {'AWS::CloudWatch::Alarm': alarm, 'AWS::CloudWatch::Dashboard': dashboard},
}
