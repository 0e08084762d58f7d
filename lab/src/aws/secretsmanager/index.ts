import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {secret, secretTargetAttachment} from './resources.js'
import {SecretsManagerService} from './service.js'

export const secretsmanager: AwsService = {
  api,
  make: (lab) => new SecretsManagerService(lab),
  types: {
    'AWS::SecretsManager::Secret': secret,
    'AWS::SecretsManager::SecretTargetAttachment': secretTargetAttachment,
  },
}
