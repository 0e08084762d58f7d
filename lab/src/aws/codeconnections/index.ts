import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {connection} from './resources.js'
import {CodeConnectionsService} from './service.js'

export const codeconnections: AwsService = {
  api,
  make: (lab) => new CodeConnectionsService(lab),
  types: {'AWS::CodeConnections::Connection': connection},
}
