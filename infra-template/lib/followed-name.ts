import {Duration, Stack} from 'aws-cdk-lib'
import {Alarm, ComparisonOperator, Metric, TreatMissingData} from 'aws-cdk-lib/aws-cloudwatch'
import {CfnHealthCheck, CfnRecordSet} from 'aws-cdk-lib/aws-route53'
import {Construct} from 'constructs'

/** Seconds that clients keep an answer. AWS recommends 60 or less (ResourceRecordSet, Route 53 API reference). */
const TTL = '30'

export interface FollowedNameProps {
  domain: string
  hostedZone: string
  alarmName: string
  /** What the name leads to while home serves, and while away does. */
  hosts: {home: string; away: string}
}

/**
 * A name that follows a metric of this region: 0 while home serves, 1 while away does ("standby takes over primary": docs/routes.md of
 * todo-dr). Without data the health check stays as it was: data come during a switch only. A new one is healthy until then (Route 53
 * developer guide, InsufficientDataHealthStatus), so that home serves first.
 */
export class FollowedName extends Construct {
  constructor(scope: Construct, id: string, {domain, hostedZone, alarmName, hosts}: FollowedNameProps) {
    super(scope, id)
    const alarm = new Alarm(this, 'AwayServes', {
      alarmName,
      alarmDescription: `${domain} leads to the away region. todo-dr status`,
      metric: new Metric({
        namespace: 'todo-dr',
        metricName: 'AwayServes',
        dimensionsMap: {Route: domain},
        statistic: 'Maximum',
        period: Duration.minutes(1),
      }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.IGNORE,
    })
    const check = new CfnHealthCheck(this, 'HealthCheck', {
      healthCheckConfig: {
        type: 'CLOUDWATCH_METRIC',
        alarmIdentifier: {region: Stack.of(this).region, name: alarm.alarmName},
        insufficientDataHealthStatus: 'LastKnownStatus',
      },
    })
    const record = (
      setIdentifier: keyof typeof hosts,
      more: {failover: string; healthCheckId?: string},
    ): CfnRecordSet =>
      new CfnRecordSet(this, setIdentifier, {
        hostedZoneId: hostedZone,
        name: domain,
        type: 'CNAME',
        ttl: TTL,
        resourceRecords: [hosts[setIdentifier]],
        setIdentifier,
        ...more,
      })
    record('home', {failover: 'PRIMARY', healthCheckId: check.attrHealthCheckId})
    record('away', {failover: 'SECONDARY'})
  }
}
