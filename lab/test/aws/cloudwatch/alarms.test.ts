import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  DisableAlarmActionsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
  type MetricAlarm,
  type PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch'
import {expect} from 'chai'

import {CloudWatchService} from '../../../src/aws/cloudwatch/service.js'
import {testLab, type TestLab} from '../../wire/support.js'

const MINUTE = 60_000
const METRIC = {Namespace: 'Test', MetricName: 'Errors', Dimensions: [{Name: 'FunctionName', Value: 'f'}]}
const ALARM = {
  ...METRIC,
  AlarmName: 'errors',
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 2,
  Threshold: 5,
  ComparisonOperator: 'GreaterThanThreshold',
} as const

describe('CloudWatch on the wire', () => {
  let test: TestLab
  let client: CloudWatchClient

  beforeEach(async () => {
    test = await testLab((lab) => new CloudWatchService(lab))
    client = new CloudWatchClient(test.client())
  })

  afterEach(() => test.close())

  const now = (): number => test.lab.now()

  /** The beginning of the minute so many minutes ago. */
  const minute = (ago: number): Date => new Date(now() - (now() % MINUTE) - ago * MINUTE)

  async function put(ago: number, ...values: number[]): Promise<void> {
    const {Namespace, MetricName, Dimensions} = METRIC
    for (const Value of values)
      await client.send(
        new PutMetricDataCommand({
          Namespace,
          MetricData: [{MetricName, Dimensions, Value, Unit: 'Count', Timestamp: minute(ago)}],
        }),
      )
  }

  const alarm = (more: Partial<PutMetricAlarmCommandInput> = {}) =>
    client.send(new PutMetricAlarmCommand({...ALARM, ...more}))

  async function described(AlarmName: string = ALARM.AlarmName): Promise<MetricAlarm> {
    const {MetricAlarms = []} = await client.send(new DescribeAlarmsCommand({AlarmNames: [AlarmName]}))
    return MetricAlarms[0]!
  }

  /** Moves AWS's clock, and with it what was measured: as a minute that has passed, of which the data are the last. */
  const passMinute = (): void => {
    test.lab.governance.clock.offsetMs += MINUTE
  }

  it('gives back what was put: by period, by statistic, by exactly these dimensions', async () => {
    await put(3, 1, 2)
    await put(2, 7)
    const StartTime = minute(5)
    const EndTime = new Date(now() + 1000)
    const {Datapoints} = await client.send(
      new GetMetricStatisticsCommand({
        ...METRIC,
        StartTime,
        EndTime,
        Period: 60,
        Statistics: ['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount'],
      }),
    )
    expect(Datapoints).to.deep.equal([
      {Timestamp: minute(3), Unit: 'Count', Sum: 3, Average: 1.5, Minimum: 1, Maximum: 2, SampleCount: 2},
      {Timestamp: minute(2), Unit: 'Count', Sum: 7, Average: 7, Minimum: 7, Maximum: 7, SampleCount: 1},
    ])
    const values = async (Dimensions = METRIC.Dimensions, Unit?: 'Percent'): Promise<number[] | undefined> => {
      const MetricStat = {Metric: {...METRIC, Dimensions}, Period: 300, Stat: 'Sum', Unit}
      const {MetricDataResults = []} = await client.send(
        new GetMetricDataCommand({StartTime, EndTime, MetricDataQueries: [{Id: 'one', MetricStat}]}),
      )
      return MetricDataResults[0]!.Values
    }

    expect((await values())!.reduce((sum, value) => sum + value, 0)).to.equal(10)
    expect(await values([])).to.deep.equal([])
    expect(await values(METRIC.Dimensions, 'Percent')).to.deep.equal([])
    const {Metrics} = await client.send(
      new ListMetricsCommand({Namespace: 'Test', Dimensions: [{Name: 'FunctionName'}]}),
    )
    expect(Metrics).to.deep.equal([METRIC])
  })

  it('has no number for AWS’s own namespaces, and no time out of its range', async () => {
    for (const input of [
      {Namespace: 'AWS/Lambda', MetricData: [{MetricName: 'Errors', Value: 1}]},
      {Namespace: 'Test', MetricData: [{MetricName: 'Errors', Value: 1, Timestamp: new Date(now() + 3 * 3_600_000)}]},
    ])
      expect((await client.send(new PutMetricDataCommand(input)).catch((error) => error)).name).to.equal(
        'InvalidParameterValueException',
      )
  })

  it('evaluates metric math', async () => {
    await put(2, 8)
    await put(1, 2)
    const MetricStat = {Metric: METRIC, Period: 60, Stat: 'Sum'}
    const {MetricDataResults} = await client.send(
      new GetMetricDataCommand({
        StartTime: minute(2),
        EndTime: minute(0),
        ScanBy: 'TimestampAscending',
        MetricDataQueries: [
          {Id: 'm1', MetricStat, ReturnData: false},
          {Id: 'half', Expression: 'm1 / 2', Label: 'half of it'},
        ],
      }),
    )
    expect(MetricDataResults).to.deep.equal([
      {
        Id: 'half',
        Label: 'half of it',
        Timestamps: [minute(2), minute(1)],
        Values: [4, 1],
        StatusCode: 'Complete',
      },
    ])
  })

  it('has alarms whose states follow their metrics, with the reason and the time of the change', async () => {
    await put(1, 6)
    await put(2, 9)
    await put(3, 1)
    await alarm()
    expect(await described()).to.include({
      StateValue: 'INSUFFICIENT_DATA',
      StateReason: 'Unchecked: Initial alarm creation',
    })
    passMinute()
    const ringing = await described()
    expect(ringing.StateValue).to.equal('ALARM')
    expect(ringing.StateReason).to.match(
      /^Threshold Crossed: 2 out of the last 2 datapoints \[6\.0 \(.*\), 9\.0 \(.*\)\] were greater than the threshold \(5\.0\)/,
    )
    expect(ringing.StateTransitionedTimestamp!.getTime() % MINUTE, 'evaluated every minute').to.equal(0)
    expect(JSON.parse(ringing.StateReasonData!).recentDatapoints).to.deep.equal([9, 6])

    await put(1, -100)
    passMinute()
    expect((await described()).StateValue).to.equal('OK')
    const {AlarmHistoryItems = []} = await client.send(new DescribeAlarmHistoryCommand({AlarmName: 'errors'}))
    expect(AlarmHistoryItems.map(({HistorySummary}) => HistorySummary)).to.deep.equal([
      'Alarm updated from ALARM to OK',
      'Alarm updated from INSUFFICIENT_DATA to ALARM',
    ])
  })

  it('treats missing data as the alarm says', async () => {
    for (const TreatMissingData of ['missing', 'ignore', 'breaching', 'notBreaching'])
      await alarm({AlarmName: TreatMissingData, MetricName: 'None', TreatMissingData})
    await client.send(new SetAlarmStateCommand({AlarmName: 'missing', StateValue: 'OK', StateReason: 'a test'}))
    passMinute()
    expect((await described('missing')).StateValue).to.equal('INSUFFICIENT_DATA')
    expect((await described('missing')).StateReason).to.equal('Insufficient Data: 2 datapoints were unknown.')
    expect((await described('ignore')).StateReason).to.equal('Unchecked: Initial alarm creation')
    expect((await described('breaching')).StateValue).to.equal('ALARM')
    expect((await described('notBreaching')).StateValue).to.equal('OK')
  })

  it('evaluates alarms on metric math', async () => {
    await put(1, 6)
    const MetricStat = {Metric: METRIC, Period: 60, Stat: 'Sum'}
    await client.send(
      new PutMetricAlarmCommand({
        AlarmName: 'sum',
        EvaluationPeriods: 1,
        Threshold: 10,
        ComparisonOperator: 'GreaterThanThreshold',
        Metrics: [
          {Id: 'e1', Expression: '2 * SUM(METRICS())'},
          {Id: 'm1', MetricStat, ReturnData: false},
        ],
      }),
    )
    passMinute()
    expect((await described('sum')).StateValue).to.equal('ALARM')
  })

  it('keeps a state that was set until the next evaluation, and through a change of the alarm', async () => {
    await put(1, 0)
    await put(2, 0)
    await alarm()
    await client.send(new SetAlarmStateCommand({AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'a test'}))
    await alarm({Threshold: 7})
    expect(await described()).to.include({StateValue: 'ALARM', StateReason: 'a test', Threshold: 7})
    passMinute()
    expect((await described()).StateValue).to.equal('OK')
    await client.send(new DisableAlarmActionsCommand({AlarmNames: ['errors']}))
    expect((await described()).ActionsEnabled).to.equal(false)
    const ringing = await client.send(new DescribeAlarmsCommand({StateValue: 'ALARM'}))
    expect(ringing.MetricAlarms).to.deep.equal([])
  })

  it('goes on evaluating when the clock is put back', async () => {
    const {clock} = test.lab.governance
    clock.offsetMs = 240_000
    await alarm({MetricName: 'None', TreatMissingData: 'breaching'})
    clock.offsetMs = 0
    expect((await described()).StateValue).to.equal('INSUFFICIENT_DATA')
    passMinute()
    expect((await described()).StateValue).to.equal('ALARM')
  })

  it('refuses an alarm that cannot be evaluated', async () => {
    for (const [more, code] of [
      [{Period: 45}, 'ValidationError'],
      [{DatapointsToAlarm: 3}, 'ValidationError'],
      [{Statistic: undefined}, 'ValidationError'],
      [{ComparisonOperator: 'GreaterThanUpperThreshold'}, 'NotImplemented'],
    ] as const)
      expect((await alarm(more as object).catch((error) => error)).name, JSON.stringify(more)).to.equal(code)
  })
})
