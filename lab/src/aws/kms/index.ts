import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {recorded} from './recorded.js'
import {KmsService} from './service.js'

export const kms: AwsService = {
  api,
  make: (lab) => new KmsService(lab),
  recorded,
}
