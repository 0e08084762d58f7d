import {Arn, ArnFormat, Duration, RemovalPolicy, type Stack} from 'aws-cdk-lib'
import {PolicyStatement, ServicePrincipal} from 'aws-cdk-lib/aws-iam'
import {Key} from 'aws-cdk-lib/aws-kms'

/** Days from a deletion to the end of a key; the shortest that KMS knows, where nothing is to be kept. */
const SHORTEST_WINDOW = Duration.days(7)

/**
 * A region's key for all that rests there: the database, its logs and the alarms' topic. Logs and alarms use it by themselves,
 * so that they are named in its policy, each for this account's things only.
 */
export function dataKey(stack: Stack, id: string, props: {description: string; protect: boolean}): Key {
  const key = new Key(stack, id, {
    description: props.description,
    enableKeyRotation: true,
    ...(props.protect
      ? {removalPolicy: RemovalPolicy.RETAIN}
      : {removalPolicy: RemovalPolicy.DESTROY, pendingWindow: SHORTEST_WINDOW}),
  })
  const groups = Arn.format(
    {service: 'logs', resource: 'log-group', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME},
    stack,
  )
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'LogsOfThisAccount',
      principals: [new ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      resources: ['*'],
      conditions: {ArnLike: {'kms:EncryptionContext:aws:logs:arn': groups}},
    }),
  )
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AlarmsOfThisAccount',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
      conditions: {StringEquals: {'aws:SourceAccount': stack.account}},
    }),
  )
  return key
}
