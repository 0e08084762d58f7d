import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {bucket, bucketPolicy} from './resources.js'
import {S3Service} from './service.js'

export const s3: AwsService = {
  api,
  make: (lab) => new S3Service(lab),
  types: {'AWS::S3::Bucket': bucket, 'AWS::S3::BucketPolicy': bucketPolicy},
}
