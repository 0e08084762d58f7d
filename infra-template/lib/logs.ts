import {RemovalPolicy} from 'aws-cdk-lib'
import type {IKey} from 'aws-cdk-lib/aws-kms'
import {LogGroup, RetentionDays} from 'aws-cdk-lib/aws-logs'
import type {Construct} from 'constructs'

/** Days that every log of a deployment is kept. */
export const LOG_RETENTION = RetentionDays.ONE_MONTH

/**
 * A log group with its name, retention and key, made before whoever writes to it. A service that finds none makes one by
 * itself, kept for ever, without tags, and left behind by every teardown.
 */
export function logGroup(scope: Construct, id: string, props: {name: string; key: IKey; protect: boolean}): LogGroup {
  return new LogGroup(scope, id, {
    logGroupName: props.name,
    retention: LOG_RETENTION,
    encryptionKey: props.key,
    removalPolicy: props.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  })
}
