import {ACCOUNT} from '../../kernel.js'
import type {ServiceApi, WireCall} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'cloudfront',
  placement: 'global',
  client: {load: () => import('@aws-sdk/client-cloudfront'), name: 'CloudFrontClient'},
  permissions: {
    actions: {CreateDistributionWithTags: 'CreateDistribution'},
    also: {CreateDistributionWithTags: 'TagResource'},
    members: [['Resource', '~']],
    resources,
  },
}

/** `Id` names a distribution, unless the call is about something of one, or about another kind of thing. */
function resources({operation, input}: WireCall): string[] {
  const id = input.DistributionId ?? input.Id
  const kind = operation.includes('OriginAccessControl') ? 'origin-access-control' : 'distribution'
  return typeof id === 'string' && id !== '' ? [`arn:aws:cloudfront::${ACCOUNT}:${kind}/${id}`] : []
}
