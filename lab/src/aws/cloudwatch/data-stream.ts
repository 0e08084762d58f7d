/**
 * What a health check of Route 53 sees of an alarm: its metric's data, not its state. Source: "How Route 53 determines the status of health
 * checks that monitor CloudWatch alarms", Route 53 developer guide.
 */

import type {MetricAlarm} from '@aws-sdk/client-cloudwatch'

import type {Lab, WatchedMetric} from '../../kernel.js'
import {metricsOf} from '../../metrics.js'
import {judge, rangeOf} from './evaluation.js'
import {aheadOf, dimensionsOf, periodsOf, statisticOf} from './periods.js'

const SECOND = 1000

/** Undefined for an alarm on metric math: Route 53 keeps one metric and no expressions (CloudWatchAlarmConfiguration, its API). */
export function watchedBy(alarm: MetricAlarm): WatchedMetric | undefined {
  const {Namespace, MetricName, Dimensions = [], Statistic, Period} = alarm
  if (Namespace === undefined || MetricName === undefined || Statistic === undefined || Period === undefined)
    return undefined
  return {
    Namespace,
    MetricName,
    Dimensions: Dimensions.map(({Name = '', Value = ''}) => ({Name, Value})),
    Statistic,
    Period,
    EvaluationPeriods: alarm.EvaluationPeriods!,
    Threshold: alarm.Threshold!,
    ComparisonOperator: alarm.ComparisonOperator as WatchedMetric['ComparisonOperator'],
  }
}

/**
 * Judges the periods that end with the newest value. They are `pace` times as long as the alarm's, a second at least: so a change is seen
 * sooner than on AWS. How long a last value holds is not shortened: the range of an alarm, in whole periods. `TreatMissingData` and
 * `DatapointsToAlarm` play no part: Route 53 keeps neither.
 */
export function isBreached(lab: Lab, region: string, watched: WatchedMetric, pace: number): boolean | undefined {
  const {Namespace, MetricName, Dimensions, Statistic, EvaluationPeriods} = watched
  const series = metricsOf(lab).find(region, Namespace, MetricName, dimensionsOf(Dimensions))
  // Values may be put for times to come.
  const newest = series?.kept('seconds').findLast(({start}) => start <= Date.now())?.start ?? 0
  const rule = {
    evaluationPeriods: EvaluationPeriods,
    datapointsToAlarm: EvaluationPeriods,
    threshold: watched.Threshold,
    operator: watched.ComparisonOperator,
    treatMissing: 'missing' as const,
  }
  const range = rangeOf(rule)
  const periodMs = watched.Period * SECOND
  if (newest + SECOND <= Date.now() - range * periodMs) return undefined
  const stepMs = Math.max(Math.round((periodMs * pace) / SECOND), 1) * SECOND
  // The values of a second are kept at its beginning: no period begins or ends there.
  const to = newest + SECOND / 2 + aheadOf(lab)
  const metric = {Namespace, MetricName, Dimensions}
  const periods = periodsOf(lab, region, metric, {from: to - range * stepMs, to}, stepMs, {phase: to % stepMs})
  const byStart = new Map(periods.map((one) => [one.start, {at: one.start, value: statisticOf(Statistic, one)}]))
  const points = Array.from({length: range}, (_, index) => byStart.get(to - (index + 1) * stepMs))
  const {state} = judge(rule, points)
  return state === undefined || state === 'INSUFFICIENT_DATA' ? undefined : state === 'ALARM'
}
