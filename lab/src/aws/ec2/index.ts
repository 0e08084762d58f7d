import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {recorded} from './recorded.js'
import {Ec2Service} from './service.js'

export const ec2: AwsService = {
  api,
  make: (lab) => new Ec2Service(lab),
  recorded,
}
