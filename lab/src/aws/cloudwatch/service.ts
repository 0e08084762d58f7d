import type {
  Datapoint,
  DescribeAlarmsInput,
  Dimension,
  GetMetricDataInput,
  GetMetricStatisticsInput,
  MetricAlarm,
  MetricDataResult,
  PutMetricAlarmInput,
  Statistic,
  Tag,
} from '@aws-sdk/client-cloudwatch'

import {arn, fault, type Lab, type Operation, type Service, type TaggedResource} from '../../kernel.js'
import {api} from './api.js'

const NAMESPACE = 'AWS/RDS'
/** Milliseconds by which a secondary lags behind the primary (Aurora user guide, monitoring a global database). */
const LAG_METRIC = 'AuroraGlobalDBRPOLag'

/**
 * CloudWatch: the one metric that a failover is decided by, reported by secondaries only, and alarms, which are recorded and
 * never evaluated. While the primary is down its secondaries report nothing: see `LagMonitor`.
 */
export class CloudWatchService implements Service {
  readonly api = api
  private readonly alarms = new Map<string, MetricAlarm>()
  /** By the alarm's ARN. */
  private readonly tags = new Map<string, Tag[]>()

  constructor(private readonly lab: Lab) {}

  readonly operations: Record<string, Operation> = {
    GetMetricStatistics: (input: GetMetricStatisticsInput, {region}) => {
      const {MetricName, Namespace, Dimensions, Period, StartTime, EndTime, Statistics = []} = input
      if (Statistics.length === 0)
        throw fault(
          'InvalidParameterCombination',
          'At least one of the parameters Statistics and ExtendedStatistics must be specified.',
        )
      const periods = this.periods(
        {MetricName, Namespace, Dimensions},
        region,
        span(StartTime, EndTime),
        seconds(Period),
      )
      const Datapoints = periods.map(({start, values}): Datapoint => ({
        Timestamp: new Date(start),
        Unit: 'Milliseconds',
        ...Object.fromEntries(Statistics.map((statistic) => [statistic, reduce(statistic, values)])),
      }))
      return {Label: MetricName, Datapoints}
    },

    GetMetricData: (input: GetMetricDataInput, {region}) => {
      const range = span(input.StartTime, input.EndTime)
      const MetricDataResults = (input.MetricDataQueries ?? []).map(
        ({Id, Label, MetricStat, Expression}): MetricDataResult => {
          if (Expression || !MetricStat) throw fault('NotImplemented', 'monitoring.GetMetricData: Expression', 501)
          const periods = this.periods(MetricStat.Metric ?? {}, region, range, seconds(MetricStat.Period))
          if (input.ScanBy !== 'TimestampAscending') periods.reverse()
          return {
            Id,
            Label: Label ?? MetricStat.Metric?.MetricName,
            Timestamps: periods.map(({start}) => new Date(start)),
            Values: periods.map(({values}) => reduce(MetricStat.Stat as Statistic, values)),
            StatusCode: 'Complete',
          }
        },
      )
      return {MetricDataResults}
    },

    PutMetricAlarm: (input: PutMetricAlarmInput, {region}) => {
      const {Tags = [], ...described} = input
      const name = input.AlarmName ?? ''
      const alarmArn = arn('cloudwatch', region, `alarm:${name}`)
      // An alarm that exists keeps its tags: PutMetricAlarm ignores those of an update (CloudWatch API).
      if (!this.tags.has(alarmArn)) this.tags.set(alarmArn, Tags)
      this.alarms.set(`${region}/${name}`, {
        ...described,
        AlarmArn: alarmArn,
        StateValue: 'INSUFFICIENT_DATA',
        StateReason: 'Unchecked: Initial alarm creation',
        StateUpdatedTimestamp: new Date(),
        AlarmConfigurationUpdatedTimestamp: new Date(),
      })
      return {}
    },

    DescribeAlarms: ({AlarmNames, AlarmNamePrefix = ''}: DescribeAlarmsInput, {region}) => {
      const inRegion = [...this.alarms].filter(([key]) => key.startsWith(`${region}/`)).map(([, alarm]) => alarm)
      const wanted = ({AlarmName = ''}: MetricAlarm): boolean =>
        AlarmNames?.length ? AlarmNames.includes(AlarmName) : AlarmName.startsWith(AlarmNamePrefix)
      return {MetricAlarms: inRegion.filter((alarm) => wanted(alarm)), CompositeAlarms: []}
    },

    DeleteAlarms: ({AlarmNames = []}: {AlarmNames?: string[]}, {region}) => {
      for (const name of AlarmNames) {
        if (!this.alarms.delete(`${region}/${name}`)) throw fault('ResourceNotFound', `Alarm ${name} not found`, 404)
        this.tags.delete(arn('cloudwatch', region, `alarm:${name}`))
      }

      return {}
    },

    ListTagsForResource: ({ResourceARN}: {ResourceARN?: string}) => ({Tags: this.tagsOf(ResourceARN)}),

    TagResource: ({ResourceARN = '', Tags = []}: {ResourceARN?: string; Tags?: Tag[]}) => {
      const added = new Set(Tags.map(({Key}) => Key))
      this.tags.set(ResourceARN, [...this.tagsOf(ResourceARN).filter(({Key}) => !added.has(Key)), ...Tags])
      return {}
    },

    UntagResource: ({ResourceARN = '', TagKeys = []}: {ResourceARN?: string; TagKeys?: string[]}) => {
      this.tags.set(
        ResourceARN,
        this.tagsOf(ResourceARN).filter(({Key = ''}) => !TagKeys.includes(Key)),
      )
      return {}
    },
  }

  tagged(region: string): TaggedResource[] {
    return [...this.tags]
      .filter(([alarm]) => alarm.split(':')[3] === region)
      .map(([alarm, tags]) => ({arn: alarm, tags}))
  }

  private tagsOf(resource: string | undefined): Tag[] {
    const tags = this.tags.get(resource ?? '')
    if (!tags) throw fault('ResourceNotFoundException', `${resource} is not an alarm`, 404)
    return tags
  }

  /** Samples by period, oldest first; a period without a sample is absent, as in CloudWatch. */
  private periods(
    metric: {MetricName?: string; Namespace?: string; Dimensions?: Dimension[]},
    region: string,
    {from, to}: {from: number; to: number},
    periodMs: number,
  ): {start: number; values: number[]}[] {
    const found = new Map<number, number[]>()
    for (const {at, lagMs, sourceRegion} of this.samples(metric, region)) {
      if (at < from || at >= to || !fits(metric.Dimensions, sourceRegion)) continue
      const start = Math.floor(at / periodMs) * periodMs
      const values = found.get(start)
      if (values) values.push(lagMs)
      else found.set(start, [lagMs])
    }

    return [...found].map(([start, values]) => ({start, values}))
  }

  private samples(
    {MetricName, Namespace, Dimensions}: {MetricName?: string; Namespace?: string; Dimensions?: Dimension[]},
    region: string,
  ) {
    const cluster = Dimensions?.find(({Name}) => Name === 'DBClusterIdentifier')?.Value
    if (Namespace !== NAMESPACE || MetricName !== LAG_METRIC || !cluster) return []
    return this.lab.service('rds').lagSamples(region, cluster) ?? []
  }
}

/** The metric has the dimensions DBClusterIdentifier, with or without SourceRegion; any other set names another metric. */
const fits = (dimensions: Dimension[] = [], sourceRegion: string): boolean =>
  dimensions.every(
    ({Name, Value}) => Name === 'DBClusterIdentifier' || (Name === 'SourceRegion' && Value === sourceRegion),
  )

function span(start: Date | undefined, end: Date | undefined): {from: number; to: number} {
  if (!start || !end || start >= end)
    throw fault('InvalidParameterValue', 'The parameter StartTime must be less than the parameter EndTime.')
  return {from: start.getTime(), to: end.getTime()}
}

/** A period in milliseconds: 1, 5, 10, 20, 30 or a multiple of 60 seconds (CloudWatch API). */
function seconds(period: number | undefined): number {
  if (period && ([1, 5, 10, 20, 30].includes(period) || (period > 0 && period % 60 === 0))) return period * 1000
  throw fault(
    'InvalidParameterValue',
    `The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60, not ${period}.`,
  )
}

function reduce(statistic: Statistic, values: number[]): number {
  const sum = values.reduce((total, value) => total + value, 0)
  switch (statistic) {
    case 'Average': {
      return sum / values.length
    }

    case 'Maximum': {
      return Math.max(...values)
    }

    case 'Minimum': {
      return Math.min(...values)
    }

    case 'SampleCount': {
      return values.length
    }

    case 'Sum': {
      return sum
    }

    default: {
      throw fault('InvalidParameterValue', `The lab does not support the statistic ${String(statistic)}.`)
    }
  }
}
