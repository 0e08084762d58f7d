import {Duration, RemovalPolicy} from 'aws-cdk-lib'
import {BlockPublicAccess, Bucket, BucketEncryption, type BucketProps, type LifecycleRule} from 'aws-cdk-lib/aws-s3'
import type {Construct} from 'constructs'

/** Days that access records are kept. */
const ACCESS_LOG_DAYS = 90

export interface RecordedBucketProps {
  bucketName: string
  logBucketName: string
  /** Of the access records. */
  logPrefix: string
  versioned: boolean
  lifecycleRules: LifecycleRule[]
  protect: boolean
}

/** A private, encrypted bucket that goes with its stack where nothing is protected; who touched it is recorded in a second one. */
export function recordedBucket(
  scope: Construct,
  id: string,
  {bucketName, logBucketName, logPrefix, versioned, lifecycleRules, protect}: RecordedBucketProps,
): Bucket {
  const common: BucketProps = {
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    ...(protect
      ? {removalPolicy: RemovalPolicy.RETAIN}
      : {removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true}),
  }
  const records = new Bucket(scope, `${id}Log`, {
    ...common,
    bucketName: logBucketName,
    lifecycleRules: [{expiration: Duration.days(ACCESS_LOG_DAYS)}],
  })
  return new Bucket(scope, id, {
    ...common,
    bucketName,
    versioned,
    lifecycleRules,
    serverAccessLogsBucket: records,
    serverAccessLogsPrefix: logPrefix,
  })
}
