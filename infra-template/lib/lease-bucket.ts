import {Duration} from 'aws-cdk-lib'
import type {Bucket} from 'aws-cdk-lib/aws-s3'
import type {Construct} from 'constructs'
import {recordedBucket} from './recorded-bucket.js'

/** Days that copies of runs are kept; `todo-dr resume` looks back for fewer. */
const RUN_DAYS = 90

/** Holds the operator's lease and the copies of runs of one region. */
export const leaseBucket = (
  scope: Construct,
  id: string,
  props: {bucketName: string; logBucketName: string; protect: boolean},
): Bucket =>
  recordedBucket(scope, id, {
    ...props,
    logPrefix: 'lease/',
    versioned: false,
    lifecycleRules: [{prefix: 'runs/', expiration: Duration.days(RUN_DAYS)}],
  })
