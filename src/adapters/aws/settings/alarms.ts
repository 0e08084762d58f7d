/** The alarms of a region: what they watch, when they ring and whom they tell. */

import type {MetricAlarm} from '@aws-sdk/client-cloudwatch'
import type {Item} from '../../../ports/settings.js'
import {pages} from '../pages.js'
import type {Asked} from './asked.js'
import {settingsOf, sorted} from './values.js'

export async function alarmItems({clients, deployment, region, options}: Asked): Promise<Item[]> {
  const AlarmNamePrefix = `${deployment.app.toLowerCase()}-${region}-`
  const found = await pages((NextToken) =>
    clients.call('cloudwatch', region, 'DescribeAlarms', {AlarmNamePrefix, NextToken}, options),
  )
  const all = found.flatMap(({MetricAlarms = []}) => MetricAlarms)
  return all.map((alarm) => ({kind: 'alarm', name: alarm.AlarmName ?? '', settings: rules(alarm)}))
}

const rules = (alarm: MetricAlarm): Item['settings'] =>
  settingsOf({
    namespace: alarm.Namespace,
    metric: alarm.MetricName,
    dimensions: sorted((alarm.Dimensions ?? []).map(({Name, Value}) => `${Name}=${Value}`)),
    metrics: alarm.Metrics?.length ? alarm.Metrics : undefined,
    statistic: alarm.Statistic ?? alarm.ExtendedStatistic,
    period: alarm.Period,
    periods: alarm.EvaluationPeriods,
    datapoints: alarm.DatapointsToAlarm,
    threshold: alarm.Threshold,
    comparison: alarm.ComparisonOperator,
    'missing data': alarm.TreatMissingData,
    'actions enabled': alarm.ActionsEnabled,
    'alarm actions': sorted(alarm.AlarmActions),
    'OK actions': sorted(alarm.OKActions),
    'no data actions': sorted(alarm.InsufficientDataActions),
  })
