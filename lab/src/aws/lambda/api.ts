import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'lambda',
  placement: 'regional',
  client: {load: () => import('@aws-sdk/client-lambda'), name: 'LambdaClient'},
  permissions: {
    actions: {Invoke: 'InvokeFunction'},
    members: [
      ['FunctionName', 'arn:aws:lambda:R:A:function:~'],
      ['Resource', '~'],
    ],
  },
  throttle: {code: 'TooManyRequestsException', message: 'Rate exceeded', status: 429},
}
