import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {KeyValueStoreService} from './service.js'

export const cloudfrontKeyvaluestore: AwsService = {
  api,
  make: (lab) => new KeyValueStoreService(lab),
}
