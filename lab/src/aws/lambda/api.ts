import {ACCOUNT} from '../../kernel.js'
import type {Refusal, ServiceApi, WireCall} from '../../service.js'
import {saying, type Violations} from '../../wire/violations.js'

export const api: ServiceApi = {
  signingName: 'lambda',
  placement: 'regional',
  invalid,
  client: {load: () => import('@aws-sdk/client-lambda'), name: 'LambdaClient'},
  permissions: {
    actions: {Invoke: 'InvokeFunction', GetLayerVersionByArn: 'GetLayerVersion'},
    members: [
      ['Resource', '~'],
      ['Arn', '~'],
    ],
    resources,
  },
  throttle: {code: 'TooManyRequestsException', message: 'Rate exceeded', status: 429},
}

/** With a qualifier it is the version or alias that IAM is asked about ("Lambda resources", Lambda developer guide). */
function resources({input, region}: WireCall): string[] {
  const {FunctionName, Qualifier, LayerName, VersionNumber} = input
  const here = `arn:aws:lambda:${region}:${ACCOUNT}:`
  if (typeof LayerName === 'string' && LayerName !== '') {
    const layer = LayerName.startsWith('arn:') ? LayerName : `${here}layer:${LayerName}`
    return [VersionNumber === undefined ? layer : `${layer}:${String(VersionNumber)}`]
  }
  if (typeof FunctionName !== 'string' || FunctionName === '') return []
  const named = typeof Qualifier === 'string' && !FunctionName.endsWith(`:${Qualifier}`) ? `:${Qualifier}` : ''
  const arn = FunctionName.startsWith('arn:') ? FunctionName : `${here}function:${FunctionName}`
  return [`${arn}${named}`]
}

/** A runtime that there is none of has words of its own. Source: answers of AWS that LocalStack has recorded in its tests of Lambda. */
function invalid(_operation: string, [{path, constraint, value, rule}]: Violations): Refusal | undefined {
  if (path.join('.') !== 'Runtime' || constraint !== 'enum') return undefined
  const message = `Value ${String(value)} at 'runtime' failed to satisfy constraint: ${rule} or be a valid ARN`
  return saying('InvalidParameterValueException', message)
}
