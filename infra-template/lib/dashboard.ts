import {Duration} from 'aws-cdk-lib'
import {
  Alarm,
  AlarmStatusWidget,
  Dashboard as CdkDashboard,
  GraphWidget,
  Metric,
  TextWidget,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch'
import {Construct} from 'constructs'

const MINUTE = Duration.minutes(1)
/** Of 24 columns. */
const HALF = 12

export interface DashboardProps {
  /** Dashboards are global in an account: its name holds the region. */
  name: string
  app: string
  region: string
  apiName: string
  stage: string
  functionNames: readonly string[]
  proxyName: string
  clusterId: string
  alarmNames: readonly string[]
}

/**
 * What a person looks at first when something is wrong with one region: its alarms, what clients get, the functions, the way to the
 * database, and how far behind the other region is. A standby's panels are empty where it serves nobody.
 */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id)
    const {app, region, apiName, stage, functionNames, proxyName, clusterId} = props
    const of =
      (namespace: string, dimensionsMap: Record<string, string>) =>
      (metricName: string, statistic: string, label = metricName): Metric =>
        new Metric({namespace, metricName, dimensionsMap, statistic, label, period: MINUTE})
    const api = of('AWS/ApiGateway', {ApiName: apiName, Stage: stage})
    const proxy = of('AWS/RDS', {ProxyName: proxyName, TargetGroup: 'default', TargetRole: 'READ_WRITE'})
    const cluster = of('AWS/RDS', {DBClusterIdentifier: clusterId})
    const functions = (metricName: string, statistic: string): Metric[] =>
      functionNames.map((FunctionName) =>
        of('AWS/Lambda', {FunctionName})(metricName, statistic, FunctionName.split('-').at(-1)),
      )
    const graph = (title: string, left: IMetric[], right: IMetric[] = []): GraphWidget =>
      new GraphWidget({title, left, right, region, width: HALF, height: 6})

    const dashboard = new CdkDashboard(this, 'Dashboard', {
      dashboardName: props.name,
      defaultInterval: Duration.hours(3),
    })
    dashboard.addWidgets(
      new TextWidget({
        markdown: `## ${app} in ${region}\n\nWho is primary: \`todo-dr status\`. What is wrong: \`todo-dr health\`.`,
        width: 24,
        height: 2,
      }),
    )
    const alarms = props.alarmNames.map((alarmName) => Alarm.fromAlarmName(this, alarmName, alarmName))
    dashboard.addWidgets(new AlarmStatusWidget({title: 'Alarms', alarms, width: 24, height: 3}))
    dashboard.addWidgets(
      graph(
        'API: requests and errors',
        [api('Count', 'Sum', 'requests')],
        [api('4XXError', 'Sum', '4xx'), api('5XXError', 'Sum', '5xx')],
      ),
      graph('API: latency (ms)', [api('Latency', 'p50', 'p50'), api('Latency', 'p99', 'p99')]),
    )
    dashboard.addWidgets(
      graph('Functions: errors and throttles', functions('Errors', 'Sum'), functions('Throttles', 'Sum')),
      graph('Functions: duration (ms, p99)', functions('Duration', 'p99')),
    )
    dashboard.addWidgets(
      graph('Proxy: connections', [
        proxy('DatabaseConnections', 'Maximum', 'used'),
        proxy('MaxDatabaseConnectionsAllowed', 'Maximum', 'allowed'),
        proxy('ClientConnections', 'Maximum', 'of clients'),
      ]),
      graph(
        'Database: replication lag (ms) and capacity (ACU)',
        [
          cluster('AuroraGlobalDBRPOLag', 'Maximum', 'RPO lag'),
          cluster('AuroraGlobalDBReplicationLag', 'Maximum', 'replication lag'),
        ],
        [cluster('ServerlessDatabaseCapacity', 'Average', 'capacity')],
      ),
    )
  }
}
