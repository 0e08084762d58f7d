import {ACCOUNT} from '../../kernel.js'
import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'logs',
  placement: 'regional',
  invalid: 'InvalidParameterException',
  client: {load: () => import('@aws-sdk/client-cloudwatch-logs'), name: 'CloudWatchLogsClient'},
  permissions: {
    // IAM's form has `:*` behind it, which a pattern that ends in `*` covers.
    members: [['logGroupName', 'arn:aws:logs:R:A:log-group:~']],
    /** A stream is named by its group and itself. */
    resources: ({input: {logGroupName, logStreamName}, region}) =>
      typeof logGroupName === 'string' && typeof logStreamName === 'string'
        ? [`arn:aws:logs:${region}:${ACCOUNT}:log-group:${logGroupName}:log-stream:${logStreamName}`]
        : [],
  },
}
