import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {alarm} from './resources.js'
import {CloudWatchService} from './service.js'

export const cloudwatch: AwsService = {
  api,
  make: (lab) => new CloudWatchService(lab),
  types: {'AWS::CloudWatch::Alarm': alarm},
  recorded: {
    'AWS::CloudWatch::Dashboard': {
      area: 'monitoring',
      ref: '{name}',
      name: {property: 'DashboardName'},
      createOnly: ['DashboardName'],
      tags: true,
    },
  },
}
