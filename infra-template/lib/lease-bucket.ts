import {Duration, RemovalPolicy} from 'aws-cdk-lib'
import {BlockPublicAccess, Bucket, BucketEncryption, type BucketProps} from 'aws-cdk-lib/aws-s3'
import type {Construct} from 'constructs'

/** Days that access records are kept. */
const ACCESS_LOG_DAYS = 90
/** Days that copies of runs are kept; `todo-dr resume` looks back for fewer. */
const RUN_DAYS = 90

/** Holds the operator's lease and the copies of runs of one region; who touched it is recorded in a second bucket. */
export function leaseBucket(
  scope: Construct,
  id: string,
  props: {bucketName: string; logBucketName: string; protect: boolean},
): Bucket {
  const common: BucketProps = {
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    ...(props.protect
      ? {removalPolicy: RemovalPolicy.RETAIN}
      : {removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true}),
  }
  const records = new Bucket(scope, `${id}Log`, {
    ...common,
    bucketName: props.logBucketName,
    lifecycleRules: [{expiration: Duration.days(ACCESS_LOG_DAYS)}],
  })
  return new Bucket(scope, id, {
    ...common,
    bucketName: props.bucketName,
    versioned: false,
    lifecycleRules: [{prefix: 'runs/', expiration: Duration.days(RUN_DAYS)}],
    serverAccessLogsBucket: records,
    serverAccessLogsPrefix: 'lease/',
  })
}
