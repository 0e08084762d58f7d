import {expect} from 'chai'

import {AWAY, DatabaseLab, HOME} from '../../support/lab-database.js'

const isWithin = (value: number, least: number, most: number): boolean => value >= least && value <= most
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

  async function points(
    region: string,
    dimensions: Record<string, string> = {},
    since = Date.now() - 60_000,
  ): Promise<Point[]> {
    const Dimensions = Object.entries({DBClusterIdentifier: `todomgmt-${region}`, ...dimensions}).map(
      ([Name, Value]) => ({Name, Value}),
    )
    const input = {...METRIC, Dimensions, Period: 1, Statistics: ['Average', 'Maximum', 'SampleCount']}
    const range = {StartTime: new Date(since), EndTime: new Date(Date.now() + 1000)}
    return (await lab.lab.call('monitoring', 'GetMetricStatistics', {...input, ...range}, region)).Datapoints
  }

  it('reports the lag at the secondary only, with the region of its source', async () => {
    const lag = async (): Promise<number> => (await points(AWAY, {SourceRegion: HOME})).at(-1)?.Average ?? -1
    await lab.waitFor('a standby that is close behind', async () => isWithin(await lag(), 0, 250))
    expect(await points(HOME)).to.deep.equal([])
    expect(await points(AWAY, {SourceRegion: AWAY})).to.deep.equal([])
    expect(await points(AWAY, {Other: 'x'})).to.deep.equal([])
  })

  it('follows the lag', async () => {
    lab.lab.faults.setLag(600)
    await lab.waitFor('the lag', async () => isWithin((await points(AWAY)).at(-1)?.Average ?? 0, 550, 900))
    lab.lab.faults.setLag(0)
    await lab.waitFor('its end', async () => ((await points(AWAY)).at(-1)?.Maximum ?? 1000) < 300)
  })

  it('grows while replication stands still, and ends while the primary is down', async function () {
    this.timeout(180_000)
    await lab.lab.faults.start({kind: 'partition', region: AWAY})
    await lab.waitFor('growth', async () => ((await points(AWAY)).at(-1)?.Maximum ?? 0) > 1500)
    await lab.lab.faults.lift({kind: 'partition', region: AWAY})
    await lab.waitFor('its end', async () => ((await points(AWAY)).at(-1)?.Maximum ?? 9999) < 300)

    await lab.lab.faults.start({kind: 'region-loss', region: HOME})
    // Of one span of time: what grows old must not fall out of it.
    const since = Date.now() - 60_000
    const count = async (): Promise<number> =>
      (await points(AWAY, {}, since)).reduce((sum, {SampleCount}) => sum + SampleCount, 0)
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
    expect(error).to.equal('InvalidParameterValueException')
  })

  it('keeps alarms by region', async () => {
    const call = (operation: string, input: object, region = AWAY) =>
      lab.lab.call('monitoring', operation, input, region)
    await call('PutMetricAlarm', {
      ...METRIC,
      AlarmName: 'lag',
      Threshold: 1000,
      Period: 60,
      Statistic: 'Maximum',
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

  describe('of the servers', () => {
    const values = async (
      MetricName: string,
      region: string,
      Stat: string,
      dimensions = clusterOf(region),
      since = Date.now() - 300_000,
    ) => {
      const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({Name, Value}))
      const MetricStat = {Metric: {Namespace: 'AWS/RDS', MetricName, Dimensions}, Period: 1, Stat}
      const span = {StartTime: new Date(since), EndTime: new Date(Date.now() + 1000)}
      const input = {MetricDataQueries: [{Id: 'one', MetricStat}], ...span}
      return (await lab.lab.call('monitoring', 'GetMetricData', input, region)).MetricDataResults[0].Values as number[]
    }
    const clusterOf = (region: string): Record<string, string> => ({DBClusterIdentifier: `todomgmt-${region}`})
    const newest = async (MetricName: string, region = HOME, dimensions = clusterOf(region)): Promise<number> =>
      (await values(MetricName, region, 'Maximum', dimensions))[0] ?? -1

    it('counts the connections of clients, and not its own, by cluster, instance and role', async function () {
      this.timeout(180_000)
      await lab.waitFor('no client', async () => (await newest('DatabaseConnections')) === 0)
      const {Endpoint} = await lab.cluster(HOME)
      const clients = await Promise.all([1, 2, 3].map(() => lab.byName(Endpoint)))
      await lab.waitFor('three clients', async () => (await newest('DatabaseConnections')) === 3)
      const sets: Record<string, string>[] = [
        {DBInstanceIdentifier: `todomgmt-${HOME}-1`},
        {...clusterOf(HOME), Role: 'WRITER'},
      ]
      for (const dimensions of sets)
        expect(await newest('DatabaseConnections', HOME, dimensions), JSON.stringify(dimensions)).to.equal(3)
      expect(await values('DatabaseConnections', HOME, 'Maximum', {...clusterOf(HOME), Role: 'READER'})).deep.equal([])
      expect(await newest('DatabaseConnections', AWAY, {...clusterOf(AWAY), Role: 'READER'})).to.equal(0)
      for (const client of clients) client.destroy()
      await lab.waitFor('no client', async () => (await newest('DatabaseConnections')) === 0)
    })

    it('has capacity that follows the load between the limits of the cluster', async function () {
      this.timeout(180_000)
      await lab.waitFor('rest', async () => (await newest('ServerlessDatabaseCapacity')) === 0.5, 30_000)
      expect(await newest('ACUUtilization')).to.equal(25)
      const since = Date.now()
      const peak = async (name: string): Promise<number> =>
        Math.max(0, ...(await values(name, HOME, 'Maximum', clusterOf(HOME), since)))
      const busy = lab.rows(HOME, 'SELECT BENCHMARK(8000000, SHA2(1, 512))')
      await lab.waitFor('load', async () => (await peak('ServerlessDatabaseCapacity')) > 0.5, 30_000)
      const units = await peak('ServerlessDatabaseCapacity')
      expect(units).to.be.within(1, 2)
      expect(await peak('ACUUtilization')).to.be.within(units * 50, 100)
      expect(await peak('CPUUtilization')).to.be.above(25)
      await busy
      await lab.waitFor('rest again', async () => (await newest('ServerlessDatabaseCapacity')) === 0.5, 30_000)
    })

    it('aws 06: an alarm of lag or writer loses its data where a standby falls silent, and at no primary', async function () {
      this.timeout(240_000)
      const metric = (region: string, MetricName: string, more: Record<string, string> = {}) => {
        const Dimensions = Object.entries({...clusterOf(region), ...more}).map(([Name, Value]) => ({Name, Value}))
        return {Metric: {Namespace: 'AWS/RDS', MetricName, Dimensions}, Period: 10, Stat: 'Maximum'}
      }
      const state = async (region: string): Promise<string> => {
        const input = {AlarmNames: ['silent']}
        const {MetricAlarms} = await lab.lab.call('monitoring', 'DescribeAlarms', input, region)
        return MetricAlarms[0].StateValue
      }
      for (const region of [HOME, AWAY])
        await lab.lab.call(
          'monitoring',
          'PutMetricAlarm',
          {
            AlarmName: 'silent',
            Metrics: [
              {Id: 'either', Expression: 'MAX(METRICS())', Label: 'lag or writer', ReturnData: true},
              {Id: 'lag', MetricStat: metric(region, 'AuroraGlobalDBRPOLag'), ReturnData: false},
              {Id: 'writer', MetricStat: metric(region, 'DatabaseConnections', {Role: 'WRITER'}), ReturnData: false},
            ],
            Threshold: 0,
            ComparisonOperator: 'LessThanThreshold',
            EvaluationPeriods: 1,
            TreatMissingData: 'missing',
          },
          region,
        )
      for (const region of [HOME, AWAY])
        await lab.waitFor(`data in ${region}`, async () => (await state(region)) === 'OK', 30_000)
      await lab.lab.faults.start({kind: 'database-crash', region: AWAY})
      await lab.waitFor('silence', async () => (await state(AWAY)) === 'INSUFFICIENT_DATA', 60_000)
      expect(await state(HOME)).to.equal('OK')
      await lab.lab.faults.lift({kind: 'database-crash', region: AWAY})
      await lab.waitFor('data again', async () => (await state(AWAY)) === 'OK', 30_000)
    })

    it('reports nothing while the server is down', async function () {
      this.timeout(180_000)
      await lab.lab.faults.start({kind: 'database-crash', region: HOME})
      const since = Date.now() - 60_000
      const count = async (): Promise<number> =>
        (await values('DatabaseConnections', HOME, 'SampleCount', clusterOf(HOME), since)).reduce(
          (sum, one) => sum + one,
          0,
        )
      const before = await count()
      await new Promise((resolve) => {
        setTimeout(resolve, 1500)
      })
      expect(await count()).to.equal(before)
      await lab.lab.faults.lift({kind: 'database-crash', region: HOME})
      await lab.waitFor('new data', async () => (await count()) > before)
    })
  })
})
