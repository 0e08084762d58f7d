import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {recorded} from './recorded.js'
import {LogsService} from './service.js'

export const logs: AwsService = {
  api,
  make: (lab) => new LogsService(lab),
  recorded,
}
