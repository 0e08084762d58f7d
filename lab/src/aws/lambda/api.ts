import type {Refusal, ServiceApi} from '../../service.js'
import {saying, type Violations} from '../../wire/violations.js'

export const api: ServiceApi = {
  signingName: 'lambda',
  placement: 'regional',
  invalid,
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

/** A runtime that there is none of has words of its own. Source: answers of AWS that LocalStack has recorded in its tests of Lambda. */
function invalid(_operation: string, [{path, constraint, value, rule}]: Violations): Refusal | undefined {
  if (path.join('.') !== 'Runtime' || constraint !== 'enum') return undefined
  const message = `Value ${String(value)} at 'runtime' failed to satisfy constraint: ${rule} or be a valid ARN`
  return saying('InvalidParameterValueException', message)
}
