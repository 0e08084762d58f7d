import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {TaggingService} from './service.js'

export const tagging: AwsService = {
  api,
  make: (lab) => new TaggingService(lab),
}
