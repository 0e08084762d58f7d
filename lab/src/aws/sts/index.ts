import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {StsService} from './service.js'

export const sts: AwsService = {
  api,
  make: (lab) => new StsService(lab),
}
