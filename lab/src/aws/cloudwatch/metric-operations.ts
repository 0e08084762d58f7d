import type {
  Datapoint,
  DimensionFilter,
  GetMetricDataInput,
  GetMetricStatisticsInput,
  ListMetricsInput,
  MetricDataResult,
  MetricDatum,
  PutMetricDataInput,
  StandardUnit,
} from '@aws-sdk/client-cloudwatch'

import {fault, type Lab, type Operation} from '../../kernel.js'
import {metricsOf, type Dimensions} from '../../metrics.js'
import {page} from '../by-region.js'
import {aheadOf, dimensionsOf, periodMs, periodsOf, span, statisticOf} from './periods.js'
import {Queries} from './queries.js'

/** Of ListMetrics (CloudWatch API). */
const PAGE = 500
/** That GetMetricStatistics answers at the most (CloudWatch API). */
const MOST_POINTS = 1440
/** ListMetrics lists what has had a value in the last two weeks; `PT3H` in the last three hours. */
const RECENT_MS = 3 * 3_600_000
/** A value may be as old, and so far in the future (PutMetricData, CloudWatch API). */
const PAST_MS = 14 * 86_400_000
const FUTURE_MS = 2 * 3_600_000

export function metricOperations(lab: Lab): Record<string, Operation> {
  return {
    GetMetricStatistics(input: GetMetricStatisticsInput, {region}) {
      const {MetricName, Period, StartTime, EndTime, Statistics = [], Unit} = input
      if (Statistics.length === 0)
        throw fault(
          'InvalidParameterCombinationException',
          'At least one of the parameters Statistics and ExtendedStatistics must be specified.',
        )
      const options = {unit: Unit}
      const asked = span(StartTime, EndTime)
      const points = Math.ceil((asked.to - asked.from) / periodMs(Period))
      if (points > MOST_POINTS)
        throw fault(
          'InvalidParameterCombinationException',
          `You have requested up to ${points} datapoints, which exceeds the limit of ${MOST_POINTS}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
        )
      const periods = periodsOf(lab, region, input, asked, periodMs(Period), options)
      const {unit} =
        metricsOf(lab).find(region, input.Namespace ?? '', MetricName ?? '', dimensionsOf(input.Dimensions)) ?? {}
      const Datapoints = periods.map((one): Datapoint => ({
        Timestamp: new Date(one.start),
        Unit: unit as StandardUnit,
        ...Object.fromEntries(Statistics.map((statistic) => [statistic, statisticOf(statistic, one)])),
      }))
      return {Label: MetricName, Datapoints}
    },

    GetMetricData(input: GetMetricDataInput, {region}) {
      const asked = input.MetricDataQueries ?? []
      const queries = new Queries(lab, region, asked, span(input.StartTime, input.EndTime))
      const MetricDataResults = asked
        .filter(({ReturnData}) => ReturnData !== false)
        .map(({Id = '', Label, MetricStat}): MetricDataResult => {
          const line = [...queries.line(Id)]
          if (input.ScanBy !== 'TimestampAscending') line.reverse()
          return {
            Id,
            Label: Label ?? MetricStat?.Metric?.MetricName ?? Id,
            Timestamps: line.map(({at}) => new Date(at)),
            Values: line.map(({value}) => value),
            StatusCode: 'Complete',
          }
        })
      return {MetricDataResults}
    },

    ListMetrics(input: ListMetricsInput, {region}) {
      const since = input.RecentlyActive === 'PT3H' ? Date.now() - RECENT_MS : 0
      const wanted = metricsOf(lab)
        .inRegion(region)
        .filter(
          ({namespace, name, dimensions, newest}) =>
            newest > since &&
            (!input.Namespace || input.Namespace === namespace) &&
            (!input.MetricName || input.MetricName === name) &&
            (input.Dimensions ?? []).every((filter) => fits(filter, dimensions)),
        )
      const {items, next} = page(wanted, PAGE, input.NextToken)
      return {
        Metrics: items.map(({namespace, name, dimensions}) => ({
          Namespace: namespace,
          MetricName: name,
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({Name, Value})),
        })),
        NextToken: next,
      }
    },

    PutMetricData({Namespace = '', MetricData = []}: PutMetricDataInput, {region}) {
      if (Namespace === '' || Namespace.startsWith('AWS/'))
        throw fault('InvalidParameterValueException', `The value ${Namespace} for parameter Namespace is invalid.`)
      for (const [index, datum] of MetricData.entries()) {
        checkValues(datum, `MetricData.member.${index + 1}`)
        checkTime(datum, lab.now())
      }

      for (const datum of MetricData) put(lab, region, Namespace, datum)
      return {}
    },
  }
}

const fits = ({Name = '', Value}: DimensionFilter, dimensions: Dimensions): boolean =>
  Object.hasOwn(dimensions, Name) && (Value === undefined || dimensions[Name] === Value)

function checkTime({Timestamp}: MetricDatum, now: number): void {
  const at = Timestamp?.getTime() ?? now
  if (at < now - PAST_MS || at > now + FUTURE_MS)
    throw fault(
      'InvalidParameterValue',
      `The parameter MetricData.member.1.Timestamp must specify a time within the past two weeks and no more than two hours into the future.`,
    )
}

/** Source of the texts: answers of AWS that LocalStack has recorded in its tests of CloudWatch. */
function checkValues({Value, Values, Counts, StatisticValues}: MetricDatum, at: string): void {
  const other = Values ? 'Values' : StatisticValues ? 'StatisticValues' : undefined
  if (Value !== undefined && other)
    throw fault(
      'InvalidParameterCombinationException',
      `The parameters ${at}.Value and ${at}.${other} are mutually exclusive and you have specified both.`,
    )
  if (Values && Counts && Values.length !== Counts.length)
    throw fault(
      'InvalidParameterValueException',
      `The parameters ${at}.Values and ${at}.Counts must be of the same size.`,
    )
}

function put(lab: Lab, region: string, namespace: string, datum: MetricDatum): void {
  const {MetricName = '', Dimensions, Unit = 'None', Timestamp, Value, Values, Counts, StatisticValues} = datum
  const series = metricsOf(lab).series(region, namespace, MetricName, dimensionsOf(Dimensions), Unit)
  const at = (Timestamp?.getTime() ?? lab.now()) - aheadOf(lab)
  if (StatisticValues) {
    const {SampleCount: count = 0, Sum: sum = 0, Minimum: min = 0, Maximum: max = 0} = StatisticValues
    series.merge({start: at, count, sum, min, max})
  } else if (Values) for (const [index, value] of Values.entries()) series.add(value, at, Counts?.[index] ?? 1)
  else if (Value === undefined)
    throw fault(
      'MissingRequiredParameterException',
      'At least one of the parameters must be specified: Value, Values, StatisticValues.',
    )
  else series.add(Value, at)
}
