import type {
  AlarmHistoryItem,
  DescribeAlarmHistoryInput,
  DescribeAlarmsInput,
  MetricAlarm,
  MetricDataQuery,
  PutMetricAlarmInput,
  SetAlarmStateInput,
  StateValue,
  Tag,
} from '@aws-sdk/client-cloudwatch'

import {arn, fault, type Lab, type Operation, type TaggedResource} from '../../kernel.js'
import {page} from '../by-region.js'
import {isComparison, judge, rangeOf, reasonOf, type Rule} from './evaluation.js'
import type {Point} from './periods.js'
import {Queries} from './queries.js'

/** Of DescribeAlarms and DescribeAlarmHistory (CloudWatch API). */
const PAGE = 100
const KEPT_HISTORY = 100
/** An alarm is evaluated every minute, or every ten seconds where its period is less (CloudWatch user guide). */
const STEP_MS = 60_000
const SHORT_STEP_MS = 10_000
/** How far back it is evaluated when nobody has asked for long. */
const CATCH_UP_STEPS = 60

interface Alarm {
  region: string
  described: MetricAlarm
  tags: Tag[]
  /** Epoch milliseconds of AWS's clock. */
  evaluatedAt: number
  /** Newest first. */
  history: AlarmHistoryItem[]
}

/**
 * Alarms, whose states follow their metrics. They are evaluated when they are described, for every minute since they last were: so
 * each has the states, and the times of its changes, that it would have if a clock did it. Nothing is sent.
 */
export class Alarms {
  private readonly alarms = new Map<string, Alarm>()
  readonly operations: Record<string, Operation>

  constructor(private readonly lab: Lab) {
    this.operations = {
      PutMetricAlarm: (input: PutMetricAlarmInput, {region}) => this.put(input, region),
      DescribeAlarms: (input: DescribeAlarmsInput, {region}) => this.describe(input, region),
      DescribeAlarmHistory: (input: DescribeAlarmHistoryInput, {region}) => this.history(input, region),
      SetAlarmState: (input: SetAlarmStateInput, {region}) => {
        const alarm = this.find(input.AlarmName, region)
        const {StateReason = '', StateReasonData} = input
        this.become(alarm, input.StateValue as StateValue, StateReason, lab.now())
        alarm.described.StateReasonData = StateReasonData
        alarm.evaluatedAt = lab.now()
        return {}
      },
      EnableAlarmActions: ({AlarmNames = []}: {AlarmNames?: string[]}, {region}) =>
        this.enable(AlarmNames, region, true),
      DisableAlarmActions: ({AlarmNames = []}: {AlarmNames?: string[]}, {region}) =>
        this.enable(AlarmNames, region, false),
      DeleteAlarms: ({AlarmNames = []}: {AlarmNames?: string[]}, {region}) => {
        for (const name of AlarmNames) this.find(name, region)
        for (const name of AlarmNames) this.alarms.delete(keyOf(region, name))
        return {}
      },
      ListTagsForResource: ({ResourceARN}: {ResourceARN?: string}) => ({Tags: this.byArn(ResourceARN).tags}),
      TagResource: ({ResourceARN, Tags = []}: {ResourceARN?: string; Tags?: Tag[]}) => {
        const alarm = this.byArn(ResourceARN)
        const added = new Set(Tags.map(({Key}) => Key))
        alarm.tags = [...alarm.tags.filter(({Key}) => !added.has(Key)), ...Tags]
        return {}
      },
      UntagResource: ({ResourceARN, TagKeys = []}: {ResourceARN?: string; TagKeys?: string[]}) => {
        const alarm = this.byArn(ResourceARN)
        alarm.tags = alarm.tags.filter(({Key = ''}) => !TagKeys.includes(Key))
        return {}
      },
    }
  }

  tagged(region: string): TaggedResource[] {
    return this.inRegion(region).map(({described, tags}) => ({arn: described.AlarmArn ?? '', tags}))
  }

  /** As it was last evaluated; undefined where there is none of this name. */
  described(name: string, region: string): MetricAlarm | undefined {
    return this.alarms.get(keyOf(region, name))?.described
  }

  /** An alarm that exists keeps its state, and its tags, whatever else changes (PutMetricAlarm, CloudWatch API). */
  private put(input: PutMetricAlarmInput, region: string): object {
    const {Tags = [], AlarmName = '', ...settings} = input
    check(input)
    const now = this.lab.now()
    const present = this.alarms.get(keyOf(region, AlarmName))
    const {StateValue, StateReason, StateReasonData, StateUpdatedTimestamp, StateTransitionedTimestamp} =
      present?.described ?? {
        StateValue: 'INSUFFICIENT_DATA',
        StateReason: 'Unchecked: Initial alarm creation',
        StateUpdatedTimestamp: new Date(now),
        StateTransitionedTimestamp: new Date(now),
      }
    this.alarms.set(keyOf(region, AlarmName), {
      region,
      tags: present?.tags ?? Tags,
      evaluatedAt: now,
      history: present?.history ?? [],
      described: {
        ActionsEnabled: true,
        OKActions: [],
        AlarmActions: [],
        InsufficientDataActions: [],
        ...(settings.Metrics ? {} : {Dimensions: []}),
        ...settings,
        AlarmName,
        AlarmArn: arn('cloudwatch', region, `alarm:${AlarmName}`),
        AlarmConfigurationUpdatedTimestamp: new Date(now),
        StateValue,
        StateReason,
        StateReasonData,
        StateUpdatedTimestamp,
        StateTransitionedTimestamp,
      },
    })
    return {}
  }

  private describe(input: DescribeAlarmsInput, region: string): object {
    const {AlarmNames, AlarmNamePrefix = '', StateValue, ActionPrefix, AlarmTypes, MaxRecords = PAGE} = input
    const wanted = this.inRegion(region)
      .filter(({described: {AlarmName = ''}}) =>
        AlarmNames?.length ? AlarmNames.includes(AlarmName) : AlarmName.startsWith(AlarmNamePrefix),
      )
      .map((alarm) => this.evaluated(alarm))
      .filter((alarm) => StateValue === undefined || alarm.StateValue === StateValue)
      .filter((alarm) => ActionPrefix === undefined || actionsOf(alarm).some((one) => one.startsWith(ActionPrefix)))
    const {items, next} = page(
      AlarmTypes?.length && !AlarmTypes.includes('MetricAlarm') ? [] : wanted,
      MaxRecords,
      input.NextToken,
    )
    return {MetricAlarms: items, CompositeAlarms: [], NextToken: next}
  }

  private history(input: DescribeAlarmHistoryInput, region: string): object {
    const {AlarmName, HistoryItemType, StartDate, EndDate, ScanBy, MaxRecords = PAGE} = input
    const alarms = AlarmName === undefined ? this.inRegion(region) : [this.find(AlarmName, region)]
    for (const alarm of alarms) this.evaluated(alarm)
    const found = alarms
      .flatMap(({history}) => history)
      .filter(
        ({HistoryItemType: type, Timestamp = new Date(0)}) =>
          (HistoryItemType === undefined || type === HistoryItemType) &&
          (StartDate === undefined || Timestamp >= StartDate) &&
          (EndDate === undefined || Timestamp <= EndDate),
      )
      .sort((left, right) => right.Timestamp!.getTime() - left.Timestamp!.getTime())
    if (ScanBy === 'TimestampAscending') found.reverse()
    const {items, next} = page(found, MaxRecords, input.NextToken)
    return {AlarmHistoryItems: items, NextToken: next}
  }

  private enable(names: string[], region: string, enabled: boolean): object {
    for (const name of names) this.find(name, region).described.ActionsEnabled = enabled
    return {}
  }

  /** As it is now. */
  private evaluated(alarm: Alarm): MetricAlarm {
    const now = this.lab.now()
    const step = periodOf(alarm.described) < 60 ? SHORT_STEP_MS : STEP_MS
    // A clock that was put back must not stop it.
    alarm.evaluatedAt = Math.min(alarm.evaluatedAt, now)
    const since = Math.max(alarm.evaluatedAt, now - step * CATCH_UP_STEPS)
    for (let at = (Math.floor(since / step) + 1) * step; at <= now; at += step) {
      this.evaluate(alarm, at)
      alarm.evaluatedAt = at
    }

    return alarm.described
  }

  private evaluate(alarm: Alarm, at: number): void {
    const {described, region} = alarm
    const rule = ruleOf(described)
    const periodMs = periodOf(described) * 1000
    const range = rangeOf(rule)
    const span = {from: at - range * periodMs, to: at}
    const {queries, id} = queriesOf(described)
    // A period ends when the alarm is evaluated.
    const line = new Queries(this.lab, region, queries, span, at % periodMs).line(id)
    const byStart = new Map(line.map((point) => [point.at, point]))
    const points = Array.from({length: range}, (_, index) => byStart.get(at - (index + 1) * periodMs))
    const judgment = judge(rule, points)
    if (judgment.state === undefined || judgment.state === described.StateValue) return
    this.become(alarm, judgment.state, reasonOf(rule, judgment, described.StateValue ?? ''), at)
    described.StateReasonData = dataOf(described, judgment.judged, at)
  }

  private become(alarm: Alarm, state: StateValue, reason: string, at: number): void {
    const {described} = alarm
    const {AlarmName, StateValue: before} = described
    const Timestamp = new Date(at)
    Object.assign(described, {StateValue: state, StateReason: reason, StateUpdatedTimestamp: Timestamp})
    if (state === before) return
    described.StateTransitionedTimestamp = Timestamp
    alarm.history.unshift({
      AlarmName,
      AlarmType: 'MetricAlarm',
      Timestamp,
      HistoryItemType: 'StateUpdate',
      HistorySummary: `Alarm updated from ${before} to ${state}`,
      HistoryData: JSON.stringify({
        version: '1.0',
        oldState: {stateValue: before},
        newState: {stateValue: state, stateReason: reason},
      }),
    })
    alarm.history.splice(KEPT_HISTORY)
  }

  private inRegion(region: string): Alarm[] {
    return [...this.alarms.values()].filter((alarm) => alarm.region === region)
  }

  private find(name: string | undefined, region: string): Alarm {
    const alarm = this.alarms.get(keyOf(region, name ?? ''))
    if (!alarm) throw fault('ResourceNotFound', `Alarm ${name} not found`, 404)
    return alarm
  }

  private byArn(resource: string | undefined): Alarm {
    const alarm = [...this.alarms.values()].find(({described}) => described.AlarmArn === resource)
    if (!alarm) throw fault('ResourceNotFoundException', `${resource} is not an alarm`, 404)
    return alarm
  }
}

const keyOf = (region: string, name: string): string => `${region}/${name}`

const actionsOf = ({AlarmActions = [], OKActions = [], InsufficientDataActions = []}: MetricAlarm): string[] => [
  ...AlarmActions,
  ...OKActions,
  ...InsufficientDataActions,
]

const invalid = (message: string): Error => fault('ValidationError', message)

/** Throws what CloudWatch would answer, and by name what the lab cannot evaluate. */
function check(input: PutMetricAlarmInput): void {
  const {ComparisonOperator, EvaluationPeriods, DatapointsToAlarm, MetricName, Metrics, Threshold} = input
  if (!input.AlarmName || !ComparisonOperator || !EvaluationPeriods)
    throw invalid('AlarmName, ComparisonOperator and EvaluationPeriods are required.')
  if (!isComparison(ComparisonOperator) || Threshold === undefined)
    throw fault('NotImplemented', `monitoring.PutMetricAlarm: ${ComparisonOperator} without a Threshold`, 501)
  if (input.ExtendedStatistic) throw fault('NotImplemented', 'monitoring.PutMetricAlarm: ExtendedStatistic', 501)
  if ((MetricName === undefined) === (Metrics === undefined))
    throw invalid('Exactly one of MetricName and Metrics must be specified.')
  if (MetricName !== undefined && (!input.Period || !input.Statistic || !input.Namespace))
    throw invalid('Namespace, Period and Statistic are required for an alarm on a metric.')
  if (Metrics && Metrics.filter(({ReturnData}) => ReturnData !== false).length !== 1)
    throw invalid('Exactly one element of the metrics list should return data.')
  if ((DatapointsToAlarm ?? 1) < 1 || (DatapointsToAlarm ?? 1) > EvaluationPeriods)
    throw invalid('DatapointsToAlarm must be from 1 to EvaluationPeriods.')
  const period = periodOf(input)
  if (![10, 20, 30].includes(period) && (period < 60 || period % 60 !== 0))
    throw invalid('The period must be 10, 20, 30 or any multiple of 60.')
}

/** Seconds. */
const periodOf = ({Period, Metrics}: MetricAlarm | PutMetricAlarmInput): number =>
  Period ?? Metrics?.map((one) => one.MetricStat?.Period ?? one.Period).find((one) => one !== undefined) ?? 60

const ruleOf = (alarm: MetricAlarm): Rule => ({
  evaluationPeriods: alarm.EvaluationPeriods!,
  datapointsToAlarm: alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods!,
  threshold: alarm.Threshold!,
  operator: alarm.ComparisonOperator!,
  treatMissing: (alarm.TreatMissingData as Rule['treatMissing'] | undefined) ?? 'missing',
})

/** An alarm on one metric is one on a query of it. */
function queriesOf(alarm: MetricAlarm): {queries: MetricDataQuery[]; id: string} {
  const {Metrics, Namespace, MetricName, Dimensions, Period, Statistic, Unit} = alarm
  if (Metrics) return {queries: Metrics, id: Metrics.find(({ReturnData}) => ReturnData !== false)!.Id!}
  const MetricStat = {Metric: {Namespace, MetricName, Dimensions}, Period, Stat: Statistic, Unit}
  return {queries: [{Id: 'm1', MetricStat}], id: 'm1'}
}

const dataOf = (alarm: MetricAlarm, judged: Point[], at: number): string =>
  JSON.stringify({
    version: '1.0',
    queryDate: new Date(at).toISOString(),
    statistic: alarm.Statistic,
    period: periodOf(alarm),
    recentDatapoints: judged.map(({value}) => value).reverse(),
    threshold: alarm.Threshold,
  })
