import {ACCOUNT} from '../../kernel.js'
import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'wafv2',
  placement: 'regional',
  client: {load: () => import('@aws-sdk/client-wafv2'), name: 'WAFV2Client'},
  permissions: {
    members: [
      ['WebACLArn', '~'],
      ['ResourceArn', '~'],
      ['ResourceARN', '~'],
    ],
    // A web ACL has its name, its scope and its id in its ARN.
    resources: ({input: {Name, Id, Scope}, region}) =>
      Id === undefined
        ? []
        : [
            `arn:aws:wafv2:${region}:${ACCOUNT}:${Scope === 'CLOUDFRONT' ? 'global' : 'regional'}/webacl/${String(Name)}/${String(Id)}`,
          ],
  },
}
