import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {resourceServer, userPool, userPoolClient, userPoolDomain} from './resources.js'
import {CognitoService} from './service.js'

export const cognitoIdp: AwsService = {
  api,
  make: (lab) => new CognitoService(lab),
  types: {
    'AWS::Cognito::UserPool': userPool,
    'AWS::Cognito::UserPoolClient': userPoolClient,
    'AWS::Cognito::UserPoolDomain': userPoolDomain,
    'AWS::Cognito::UserPoolResourceServer': resourceServer,
  },
}
