import type {Refusal, ServiceApi} from '../../service.js'
import {saying, type Violations} from '../../wire/violations.js'

export const api: ServiceApi = {
  signingName: 'sns',
  placement: 'regional',
  client: {load: () => import('@aws-sdk/client-sns'), name: 'SNSClient'},
  permissions: {
    members: [
      ['TopicArn', '~'],
      ['ResourceArn', '~'],
    ],
    /** A subscription is asked about as its topic, whose ARN its own begins with. */
    resources: ({input: {SubscriptionArn}}) =>
      typeof SubscriptionArn === 'string' ? [SubscriptionArn.slice(0, SubscriptionArn.lastIndexOf(':'))] : [],
  },
  invalid,
}

/** The text is as users quote it. */
function invalid(_operation: string, [{kind, path}]: Violations): Refusal | undefined {
  if (kind !== 'missing') return undefined
  return saying('InvalidParameter', `Invalid parameter: ${path.join('.')} Reason: no value for required parameter`)
}
