import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'cognito-idp',
  placement: 'regional',
  invalid: 'InvalidParameterException',
  client: {load: () => import('@aws-sdk/client-cognito-identity-provider'), name: 'CognitoIdentityProviderClient'},
  permissions: {
    members: [
      ['UserPoolId', 'arn:aws:cognito-idp:R:A:userpool/~'],
      ['ResourceArn', '~'],
    ],
  },
  unsigned: {
    target: 'AWSCognitoIdentityProviderService',
    operations: new Set([
      'InitiateAuth',
      'RespondToAuthChallenge',
      'RevokeToken',
      'GetUser',
      'SignUp',
      'ConfirmSignUp',
    ]),
  },
  throttle: {code: 'TooManyRequestsException', message: 'Rate exceeded', status: 400},
}
