import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {RecoveryControlConfigService} from './service.js'

export const route53RecoveryControlConfig: AwsService = {
  api,
  make: (lab) => new RecoveryControlConfigService(lab),
}
