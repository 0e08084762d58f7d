/** The health checks of clients' name in Route 53: whether they follow what a steer puts, and nothing else. */

import type {HealthCheck} from '@aws-sdk/client-route-53'
import type {Region} from '../../../model/deployment.js'
import type {CallOptions} from '../../../ports/call.js'
import type {Shortcoming} from '../../../ports/route.js'
import type {Clients} from '../clients.js'
import {isFault} from '../errors.js'
import {NO_REGION, SERVICE, slows, stops} from './route53-records.js'

/** Of the metric: 0 while home serves, 1 while away does. */
export interface Metric {
  namespace: string
  name: string
  dimensions: Record<string, string>
}

/** The period of an alarm, times its periods: what is longer makes a steer slower than it must be. */
const SHORTEST_SECONDS = 60

/** What is wrong with a health check, or that there is none of this id. `record`: a person's name of the record that has it. */
export async function examine(
  clients: Clients,
  HealthCheckId: string,
  record: string,
  judged: (check: HealthCheck) => Shortcoming[],
  options?: CallOptions,
): Promise<Shortcoming[]> {
  try {
    const {HealthCheck: found} = await clients.call(SERVICE, NO_REGION, 'GetHealthCheck', {HealthCheckId}, options)
    return judged(found!)
  } catch (error) {
    if (!isFault(error, 'NoSuchHealthCheck')) throw error
    return [
      stops(
        `there is no health check ${HealthCheckId}`,
        `give the ${record} record one that there is (docs/routes.md)`,
      ),
    ]
  }
}

/** Whether it is On with its routing control, and with nothing else. */
export function judgeControl({Id, HealthCheckConfig: config}: HealthCheck, routingControl: string): Shortcoming[] {
  const check = `the health check ${Id}`
  if (config?.Type !== 'RECOVERY_CONTROL' || config.RoutingControlArn !== routingControl)
    return [
      stops(
        `${check} is of the type ${config?.Type}, and ${config?.RoutingControlArn ? `follows ${config.RoutingControlArn}` : 'follows no routing control'}`,
        `make one of the type RECOVERY_CONTROL for ${routingControl} (docs/routes.md)`,
      ),
    ]
  return turned(check, config)
}

/** What makes a health check say something else than what it follows. */
const turned = (check: string, {Inverted, Disabled}: {Inverted?: boolean; Disabled?: boolean}): Shortcoming[] => [
  ...(Inverted ? [stops(`${check} is inverted`, 'take the inversion away')] : []),
  ...(Disabled ? [stops(`${check} is disabled, and counts as healthy`, 'enable it')] : []),
]

/** Whether the value of each region makes the health check say what it must, and nothing else does. */
export function judge(
  {Id, HealthCheckConfig: config = {Type: undefined}, CloudWatchAlarmConfiguration: alarm}: HealthCheck,
  {metric, standby}: {metric: Metric; standby: Region},
): Shortcoming[] {
  const check = `the health check ${Id}`
  if (config.Type !== 'CLOUDWATCH_METRIC' || !alarm)
    return [
      stops(
        `${check} is of the type ${config.Type}, and follows no alarm`,
        'make one of the type CLOUDWATCH_METRIC (docs/routes.md)',
      ),
    ]
  const found: Shortcoming[] = []
  const unless = (right: boolean, text: string, remedy: string): void => {
    if (!right) found.push(stops(`${check} ${text}`, remedy))
  }

  const {Region: place, Name} = config.AlarmIdentifier ?? {}
  const dimensions = Object.fromEntries((alarm.Dimensions ?? []).map(({Name: key, Value}) => [key, Value]))
  const isSame =
    alarm.Namespace === metric.namespace &&
    alarm.MetricName === metric.name &&
    sameEntries(dimensions, metric.dimensions)
  unless(
    place === standby,
    `follows the alarm ${Name} in ${place}`,
    `let it follow an alarm in ${standby}, so that it needs no other region`,
  )
  unless(
    isSame,
    `follows the metric ${alarm.Namespace} ${alarm.MetricName} ${JSON.stringify(dimensions)}`,
    `let it follow ${metric.namespace} ${metric.name} ${JSON.stringify(metric.dimensions)}, or name its metric as route.metric`,
  )
  unless(
    alarm.Statistic !== 'SampleCount' && !isAlarm(0, alarm) && isAlarm(1, alarm),
    `follows an alarm on ${alarm.Statistic} ${alarm.ComparisonOperator} ${alarm.Threshold}`,
    'let 0 be OK and 1 be ALARM: Maximum GreaterThanOrEqualToThreshold 1; then update the health check, which keeps the old settings',
  )
  unless(
    // It is what a health check does that says nothing of it (UpdateHealthCheck, Route 53 API reference).
    (config.InsufficientDataHealthStatus ?? 'LastKnownStatus') === 'LastKnownStatus',
    `is ${config.InsufficientDataHealthStatus} without data`,
    'set its InsufficientDataHealthStatus to LastKnownStatus: data come during a switch only',
  )
  found.push(...turned(check, config))
  const seconds = (alarm.Period ?? 0) * (alarm.EvaluationPeriods ?? 0)
  if (seconds > SHORTEST_SECONDS)
    found.push(slows(`${check} follows an alarm that looks at ${seconds} s`, 'let it look at one period of 60 s'))
  return found
}

const sameEntries = (left: Record<string, string | undefined>, right: Record<string, string>): boolean =>
  Object.keys(left).length === Object.keys(right).length &&
  Object.entries(right).every(([key, value]) => left[key] === value)

function isAlarm(
  value: number,
  {ComparisonOperator, Threshold = 0}: {ComparisonOperator?: string; Threshold?: number},
): boolean {
  switch (ComparisonOperator) {
    case 'GreaterThanOrEqualToThreshold':
      return value >= Threshold
    case 'GreaterThanThreshold':
      return value > Threshold
    case 'LessThanOrEqualToThreshold':
      return value <= Threshold
    case 'LessThanThreshold':
      return value < Threshold
    default:
      return false
  }
}
