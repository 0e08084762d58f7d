import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {cloudFrontFunction, distribution, keyValueStore, originAccessControl} from './resources.js'
import {CloudFrontService} from './service.js'

export const cloudfront: AwsService = {
  api,
  make: (lab) => new CloudFrontService(lab),
  types: {
    'AWS::CloudFront::Distribution': distribution,
    'AWS::CloudFront::Function': cloudFrontFunction,
    'AWS::CloudFront::KeyValueStore': keyValueStore,
    'AWS::CloudFront::OriginAccessControl': originAccessControl,
  },
}
