import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {ServiceQuotasService} from './service.js'

export const servicequotas: AwsService = {
  api,
  make: (lab) => new ServiceQuotasService(lab),
}
