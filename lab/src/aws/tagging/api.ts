import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'tagging',
  placement: 'regional',
  invalid: 'InvalidParameterException',
  client: {load: () => import('@aws-sdk/client-resource-groups-tagging-api'), name: 'ResourceGroupsTaggingAPIClient'},
  permissions: {prefix: 'tag'},
}
