import {expect} from 'chai'

import {AWAY, DatabaseLab, HOME} from '../../support/lab-database.js'

const METRIC = {Namespace: 'AWS/RDS', MetricName: 'AuroraGlobalDBRPOLag'}

describe('CloudWatch', () => {
  let lab: DatabaseLab

  before(async function () {
    this.timeout(180_000)
    lab = await DatabaseLab.start()
    await lab.rds.prepare()
    await lab.pair()
  })

  after(() => lab.stop())

  interface Point {
    Timestamp: Date
    Average: number
    Maximum: number
    SampleCount: number
  }

  async function points(region: string, dimensions: Record<string, string> = {}, seconds = 60): Promise<Point[]> {
    const Dimensions = Object.entries({DBClusterIdentifier: `todomgmt-${region}`, ...dimensions}).map(
      ([Name, Value]) => ({Name, Value}),
    )
    const now = Date.now()
    const input = {...METRIC, Dimensions, Period: 1, Statistics: ['Average', 'Maximum', 'SampleCount']}
    const range = {StartTime: new Date(now - seconds * 1000), EndTime: new Date(now + 1000)}
    return (await lab.lab.call('monitoring', 'GetMetricStatistics', {...input, ...range}, region)).Datapoints
  }

  it('reports the lag at the secondary only, with the region of its source', async () => {
    await lab.waitFor('a datum', async () => (await points(AWAY, {SourceRegion: HOME})).length > 1)
    expect((await points(AWAY)).at(-1)!.Average).to.be.within(0, 250)
    expect(await points(HOME)).to.deep.equal([])
    expect(await points(AWAY, {SourceRegion: AWAY})).to.deep.equal([])
    expect(await points(AWAY, {Other: 'x'})).to.deep.equal([])
  })

  it('follows the lag', async () => {
    lab.lab.faults.setLag(600)
    await lab.waitFor('the lag', async () => ((await points(AWAY)).at(-1)?.Average ?? 0) > 550)
    expect((await points(AWAY)).at(-1)!.Average).to.be.within(550, 900)
    lab.lab.faults.setLag(0)
    await lab.waitFor('its end', async () => ((await points(AWAY)).at(-1)?.Maximum ?? 1000) < 300)
  })

  it('grows while replication stands still, and ends while the primary is down', async function () {
    this.timeout(30_000)
    await lab.lab.faults.start({kind: 'partition', region: AWAY})
    await lab.waitFor('growth', async () => ((await points(AWAY)).at(-1)?.Maximum ?? 0) > 1500)
    await lab.lab.faults.lift({kind: 'partition', region: AWAY})
    await lab.waitFor('its end', async () => ((await points(AWAY)).at(-1)?.Maximum ?? 9999) < 300)

    await lab.lab.faults.start({kind: 'region-loss', region: HOME})
    const count = async (): Promise<number> => (await points(AWAY)).reduce((sum, {SampleCount}) => sum + SampleCount, 0)
    const before = await count()
    await new Promise((resolve) => {
      setTimeout(resolve, 400)
    })
    expect(await count(), 'no new datum').to.be.within(before, before + 1)
    await lab.lab.faults.lift({kind: 'region-loss', region: HOME})
    await lab.waitFor('new data', async () => (await count()) > before + 1)
  })

  it('answers GetMetricData, newest first unless told otherwise', async () => {
    const query = {
      Id: 'lag',
      MetricStat: {
        Metric: {...METRIC, Dimensions: [{Name: 'DBClusterIdentifier', Value: `todomgmt-${AWAY}`}]},
        Period: 1,
        Stat: 'Maximum',
      },
    }
    const input = {MetricDataQueries: [query], StartTime: new Date(Date.now() - 60_000), EndTime: new Date()}
    const [newest] = (await lab.lab.call('monitoring', 'GetMetricData', input, AWAY)).MetricDataResults
    const [oldest] = (await lab.lab.call('monitoring', 'GetMetricData', {...input, ScanBy: 'TimestampAscending'}, AWAY))
      .MetricDataResults
    expect(newest).to.include({Id: 'lag', StatusCode: 'Complete'})
    expect(newest.Timestamps).to.deep.equal(oldest.Timestamps.toReversed())
    expect(newest.Values.length).to.equal(newest.Timestamps.length)
  })

  it('refuses a period that CloudWatch does not have', async () => {
    const input = {...METRIC, Period: 7, Statistics: ['Maximum'], StartTime: new Date(0), EndTime: new Date()}
    const error = await lab.lab
      .call('monitoring', 'GetMetricStatistics', input, AWAY)
      .catch((error_: {code: string}) => error_.code)
    expect(error).to.equal('InvalidParameterValue')
  })

  it('records alarms by region', async () => {
    const call = (operation: string, input: object, region = AWAY) =>
      lab.lab.call('monitoring', operation, input, region)
    await call('PutMetricAlarm', {
      ...METRIC,
      AlarmName: 'lag',
      Threshold: 1000,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanThreshold',
    })
    const {MetricAlarms} = await call('DescribeAlarms', {AlarmNamePrefix: 'la'})
    expect(MetricAlarms[0]).to.include({
      AlarmName: 'lag',
      Threshold: 1000,
      AlarmArn: 'arn:aws:cloudwatch:us-east-2:000000000000:alarm:lag',
    })
    expect((await call('DescribeAlarms', {}, HOME)).MetricAlarms).to.deep.equal([])
    await call('DeleteAlarms', {AlarmNames: ['lag']})
    expect((await call('DescribeAlarms', {AlarmNames: ['lag']})).MetricAlarms).to.deep.equal([])
  })
})
