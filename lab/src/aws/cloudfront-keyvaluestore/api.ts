import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'cloudfront-keyvaluestore',
  placement: 'everywhere',
  client: {load: () => import('@aws-sdk/client-cloudfront-keyvaluestore'), name: 'CloudFrontKeyValueStoreClient'},
  permissions: {members: [['KvsARN', '~']]},
}
