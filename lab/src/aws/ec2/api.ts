import type {Refusal, ServiceApi} from '../../service.js'
import {lowerFirst, saying, type Violations} from '../../wire/violations.js'

export const api: ServiceApi = {
  signingName: 'ec2',
  placement: 'regional',
  invalid,
  client: {load: () => import('@aws-sdk/client-ec2'), name: 'EC2Client'},
  throttle: {code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503},
}

/** Source: EC2's error codes (`MissingParameter`, `InvalidParameterValue`). */
function invalid(_operation: string, [{kind, path, value}]: Violations): Refusal {
  const name = path.map((part) => (/^\d+$/.test(part) ? part : lowerFirst(part))).join('.')
  if (kind === 'missing') return saying('MissingParameter', `The request must contain the parameter ${name}`)
  return saying('InvalidParameterValue', `Value (${String(value)}) for parameter ${name} is invalid.`)
}
