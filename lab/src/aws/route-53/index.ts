import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {healthCheck, hostedZone, recordSet} from './resources.js'
import {Route53Service} from './service.js'

export const route53: AwsService = {
  api,
  make: (lab) => new Route53Service(lab),
  types: {
    'AWS::Route53::HealthCheck': healthCheck,
    'AWS::Route53::HostedZone': hostedZone,
    'AWS::Route53::RecordSet': recordSet,
  },
}
