import type {Dimension} from '@aws-sdk/client-cloudwatch'

import {fault, type Lab} from '../../kernel.js'
import {metricsOf, type Aggregate} from '../../metrics.js'

/** Of CloudWatch's API: which metric, and nothing where no value has ever been recorded for exactly these dimensions. */
export interface Metric {
  Namespace?: string
  MetricName?: string
  Dimensions?: Dimension[]
}

/** Epoch milliseconds of AWS's clock; `to` is exclusive. */
export interface Span {
  from: number
  to: number
}

/** A point of a time series: the beginning of a period, and its value. */
export interface Point {
  at: number
  value: number
}

export const dimensionsOf = (dimensions: Dimension[] = []): Record<string, string> =>
  Object.fromEntries(dimensions.map(({Name = '', Value = ''}) => [Name, Value]))

/**
 * A metric by period, oldest first; a period without a value is absent, as in CloudWatch. Periods begin at multiples of their length,
 * and the range begins with a whole minute, or with a whole period where that is shorter (GetMetricStatistics, CloudWatch API).
 * `phase` moves the beginnings: an alarm's periods end when it is evaluated.
 */
export function periodsOf(
  lab: Lab,
  region: string,
  {Namespace = '', MetricName = '', Dimensions}: Metric,
  {from, to}: Span,
  periodMs: number,
  {unit, phase = 0}: {unit?: string; phase?: number} = {},
): Aggregate[] {
  const series = metricsOf(lab).find(region, Namespace, MetricName, dimensionsOf(Dimensions))
  if (!series || (unit && unit !== series.unit)) return []
  const aheadMs = aheadOf(lab)
  const step = Math.min(periodMs, 60_000)
  const first = from - (from % step)
  const periods = new Map<number, Aggregate>()
  for (const {start: measured, count, sum, min, max} of series.kept(periodMs < 60_000 ? 'seconds' : 'all')) {
    const at = measured + aheadMs
    if (at < first || at >= to) continue
    const start = at - ((at - phase) % periodMs)
    const period = periods.get(start)
    if (period) {
      period.count += count
      period.sum += sum
      period.min = Math.min(period.min, min)
      period.max = Math.max(period.max, max)
    } else periods.set(start, {start, count, sum, min, max})
  }

  return [...periods.values()].sort((left, right) => left.start - right.start)
}

/** By how much AWS's clock is ahead of this machine's, by which the values are kept. */
export const aheadOf = (lab: Pick<Lab, 'now'>): number => lab.now() - Date.now()

export function statisticOf(statistic: string, {count, sum, min, max}: Aggregate): number {
  switch (statistic) {
    case 'Average': {
      return sum / count
    }

    case 'Maximum': {
      return max
    }

    case 'Minimum': {
      return min
    }

    case 'SampleCount': {
      return count
    }

    case 'Sum': {
      return sum
    }

    default: {
      throw fault('InvalidParameterValueException', `The lab does not support the statistic ${statistic}.`)
    }
  }
}

export function span(start: Date | undefined, end: Date | undefined): Span {
  if (!start || !end || start >= end)
    throw fault('InvalidParameterValueException', 'The parameter StartTime must be less than the parameter EndTime.')
  return {from: start.getTime(), to: end.getTime()}
}

/** A period in milliseconds: 1, 5, 10, 20, 30 or a multiple of 60 seconds (CloudWatch API). */
export function periodMs(seconds: number | undefined): number {
  if (seconds && ([1, 5, 10, 20, 30].includes(seconds) || (seconds > 0 && seconds % 60 === 0))) return seconds * 1000
  throw fault(
    'InvalidParameterValueException',
    `The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60, not ${seconds}.`,
  )
}
