import type {Refusal, ServiceApi} from '../../service.js'
import {saying, type Violations} from '../../wire/violations.js'

export const api: ServiceApi = {
  signingName: 'monitoring',
  placement: 'regional',
  invalid,
  client: {load: () => import('@aws-sdk/client-cloudwatch'), name: 'CloudWatchClient'},
  permissions: {
    prefix: 'cloudwatch',
    members: [
      ['AlarmName', 'arn:aws:cloudwatch:R:A:alarm:~'],
      ['AlarmNames', 'arn:aws:cloudwatch:R:A:alarm:~'],
      ['ResourceARN', '~'],
    ],
  },
}

/** Those that name the error in the CloudWatch API reference. Others answer as most services do. */
const NAMING = new Set(['GetMetricStatistics', 'PutMetricData'])

function invalid(operation: string, [{kind, path}]: Violations): Refusal | undefined {
  if (kind !== 'missing' || !NAMING.has(operation)) return undefined
  const name = path.map((part) => (/^\d+$/.test(part) ? `member.${part}` : part)).join('.')
  return saying('MissingRequiredParameterException', `The parameter ${name} is required.`)
}
