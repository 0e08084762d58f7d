import {Duration} from 'aws-cdk-lib'
import {
  Alarm,
  ComparisonOperator,
  MathExpression,
  Metric,
  TreatMissingData,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch'
import {SnsAction} from 'aws-cdk-lib/aws-cloudwatch-actions'
import type {IKey} from 'aws-cdk-lib/aws-kms'
import {Topic, type ITopic} from 'aws-cdk-lib/aws-sns'
import {EmailSubscription} from 'aws-cdk-lib/aws-sns-subscriptions'
import {Construct} from 'constructs'

const MINUTE = Duration.minutes(1)

/** Milliseconds of replication lag: what a failover would lose. */
const LAG_MS = 10_000
/** Five bad answers a minute, for three minutes: one deployment's hiccup is none. */
const ERRORS_A_MINUTE = 5
const EDGE_ERROR_PERCENT = 5
const CONNECTION_PERCENT = 80

/** Where a region's alarms go; with an address of mail, to a person. */
export function alarmTopic(scope: Construct, id: string, props: {name: string; key: IKey; email?: string}): Topic {
  const topic = new Topic(scope, id, {topicName: props.name, masterKey: props.key, enforceSSL: true})
  if (props.email) topic.addSubscription(new EmailSubscription(props.email))
  return topic
}

interface Watch {
  /** What has happened, and what to do: the text of the mail. */
  description: string
  metric: IMetric
  above?: number
  below?: number
  minutes?: number
  /** By default no data is no alarm. */
  missing?: TreatMissingData
}

/** Alarms that go to one topic. No data is no alarm, but where it says so: a standby's metrics come and go with the roles. */
export class Alarms extends Construct {
  /** Of those that there are by now. */
  readonly names: string[] = []

  constructor(
    scope: Construct,
    id: string,
    private readonly props: {prefix: string; topic: ITopic},
  ) {
    super(scope, id)
  }

  /** A switch moves the lag's metric to the other region, so that each region has this alarm. */
  replicationLag(clusterId: string): void {
    this.watch('ReplicationLag', {
      description: 'Replication lags: a failover now would lose what was written since. todo-dr status',
      metric: new Metric({
        namespace: 'AWS/RDS',
        metricName: 'AuroraGlobalDBRPOLag',
        dimensionsMap: {DBClusterIdentifier: clusterId},
        statistic: 'Maximum',
        period: MINUTE,
      }),
      above: LAG_MS,
    })
    this.replicationSilent(clusterId)
  }

  /**
   * Where replication dies, the lag's metric ends, and an alarm of the lag stays silent. A cluster that writes reports no lag, but a
   * writer's metrics; one that stands by reports none of these (AuroraGlobalDBRPOLag is of secondaries; dimension Role: Aurora user guide,
   * "Dimensions for Aurora metrics"). So a cluster that reports neither is a standby that nobody hears of: by the live role, whatever a
   * switch has changed. The expression has a value at each time at which one of its metrics has, an assumption. That the alarm goes to
   * INSUFFICIENT_DATA is the signal: a cluster that is being made has not reported yet, and rings nobody.
   */
  private replicationSilent(clusterId: string): void {
    const metric = (metricName: string, more: Record<string, string> = {}): Metric =>
      new Metric({
        namespace: 'AWS/RDS',
        metricName,
        dimensionsMap: {DBClusterIdentifier: clusterId, ...more},
        statistic: 'Maximum',
        period: MINUTE,
      })
    const alarm = this.watch('ReplicationSilent', {
      description:
        'Nothing reports a lag here, and no writer: replication, or what measures it, has stopped. todo-dr health',
      metric: new MathExpression({
        expression: 'MAX(METRICS())',
        label: 'lag, or connections of the writer',
        usingMetrics: {
          lag: metric('AuroraGlobalDBRPOLag'),
          writer: metric('DatabaseConnections', {Role: 'WRITER'}),
        },
        period: MINUTE,
      }),
      // Neither is ever below.
      below: 0,
      missing: TreatMissingData.MISSING,
    })
    alarm.addInsufficientDataAction(new SnsAction(this.props.topic))
  }

  proxy(proxyName: string, hasReaders: boolean): void {
    const metric = (metricName: string, TargetRole: string): Metric =>
      new Metric({
        namespace: 'AWS/RDS',
        metricName,
        dimensionsMap: {ProxyName: proxyName, TargetGroup: 'default', TargetRole},
        statistic: metricName === 'AvailabilityPercentage' ? 'Minimum' : 'Maximum',
        period: MINUTE,
      })
    // The read/write role is empty at a standby, as it should be: only the readers' availability means the same in both.
    if (hasReaders)
      this.watch('ProxyReaders', {
        description: 'The proxy finds no healthy reader: target health, security groups, secrets',
        metric: metric('AvailabilityPercentage', 'READ_ONLY'),
        below: 100,
      })
    this.watch('ProxyConnections', {
      description: 'The proxy has nearly used up its connections: slow statements, or too little capacity',
      metric: new MathExpression({
        expression: '100 * used / allowed',
        label: 'connections in percent',
        usingMetrics: {
          used: metric('DatabaseConnections', 'READ_WRITE'),
          allowed: metric('MaxDatabaseConnectionsAllowed', 'READ_WRITE'),
        },
        period: MINUTE,
      }),
      above: CONNECTION_PERCENT,
    })
  }

  api(apiName: string, stage: string): void {
    this.watch('ApiErrors', {
      description: 'The API answers 5xx. todo-dr status, then the log of the functions',
      metric: new Metric({
        namespace: 'AWS/ApiGateway',
        metricName: '5XXError',
        dimensionsMap: {ApiName: apiName, Stage: stage},
        statistic: 'Sum',
        period: MINUTE,
      }),
      above: ERRORS_A_MINUTE,
    })
  }

  /** Throttles ring in a region that a failover has fenced while clients still reach it. */
  functions(functionNames: readonly string[]): void {
    for (const [id, metricName, what] of [
      ['FunctionErrors', 'Errors', 'Functions fail'],
      ['FunctionThrottles', 'Throttles', 'Functions are throttled: out of concurrency, or fenced'],
    ] as const) {
      const each = functionNames.map(
        (FunctionName) =>
          new Metric({
            namespace: 'AWS/Lambda',
            metricName,
            dimensionsMap: {FunctionName},
            statistic: 'Sum',
            period: MINUTE,
          }),
      )
      this.watch(id, {
        description: `${what}. Their logs are in /aws/lambda`,
        metric: new MathExpression({
          expression: 'SUM(METRICS())',
          label: what,
          usingMetrics: Object.fromEntries(each.map((metric, index) => [`f${index + 1}`, metric])),
          period: MINUTE,
        }),
        above: ERRORS_A_MINUTE,
      })
    }
  }

  /** CloudFront's metrics are in us-east-1 only. */
  edge(distributionId: string): void {
    this.watch('EdgeErrors', {
      description: 'Clients get 5xx from the edge. todo-dr status',
      metric: new Metric({
        namespace: 'AWS/CloudFront',
        metricName: '5xxErrorRate',
        dimensionsMap: {DistributionId: distributionId, Region: 'Global'},
        statistic: 'Average',
        period: MINUTE,
      }),
      above: EDGE_ERROR_PERCENT,
    })
  }

  private watch(
    id: string,
    {description, metric, above, below, minutes = 3, missing = TreatMissingData.NOT_BREACHING}: Watch,
  ): Alarm {
    const alarmName = `${this.props.prefix}-${id}`
    const alarm = new Alarm(this, id, {
      alarmName,
      alarmDescription: description,
      metric,
      threshold: above ?? below!,
      comparisonOperator:
        above === undefined ? ComparisonOperator.LESS_THAN_THRESHOLD : ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: minutes,
      treatMissingData: missing,
    })
    alarm.addAlarmAction(new SnsAction(this.props.topic))
    alarm.addOkAction(new SnsAction(this.props.topic))
    this.names.push(alarmName)
    return alarm
  }
}
