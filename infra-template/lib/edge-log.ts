import {CfnDelivery, CfnDeliveryDestination, CfnDeliverySource} from 'aws-cdk-lib/aws-logs'
import {Construct} from 'constructs'
import type {LogGroup} from 'aws-cdk-lib/aws-logs'

/** Nothing of a request's headers but the agent: no cookie, no token. */
const FIELDS = [
  'timestamp(ms)',
  'DistributionId',
  'x-edge-location',
  'c-ip',
  'cs-method',
  'cs-uri-stem',
  'cs(User-Agent)',
  'sc-status',
  'sc-bytes',
  'time-taken',
  'time-to-first-byte',
  'x-edge-result-type',
  'x-edge-detailed-result-type',
  'x-edge-request-id',
  'origin-fbl',
]

/** CloudFront's standard logs, version 2: into a log group as JSON, with no bucket to open for CloudFront or to empty later. */
export class EdgeLog extends Construct {
  constructor(scope: Construct, id: string, props: {name: string; distributionArn: string; logGroup: LogGroup}) {
    super(scope, id)
    const source = new CfnDeliverySource(this, 'Source', {
      name: `${props.name}-edge`,
      logType: 'ACCESS_LOGS',
      resourceArn: props.distributionArn,
    })
    const destination = new CfnDeliveryDestination(this, 'Destination', {
      name: `${props.name}-edge`,
      destinationResourceArn: props.logGroup.logGroupArn,
      outputFormat: 'json',
    })
    const delivery = new CfnDelivery(this, 'Delivery', {
      deliverySourceName: source.name,
      deliveryDestinationArn: destination.attrArn,
      recordFields: FIELDS,
    })
    delivery.addResourceDependency(source)
  }
}
