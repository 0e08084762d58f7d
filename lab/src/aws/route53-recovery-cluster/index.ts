import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {RecoveryClusterService} from './service.js'

export const route53RecoveryCluster: AwsService = {
  api,
  make: (lab) => new RecoveryClusterService(lab),
}
