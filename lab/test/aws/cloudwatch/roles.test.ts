import {expect} from 'chai'

import {AWAY, DatabaseLab, HOME} from '../../support/lab-database.js'

/** Milliseconds; longer than the test. */
const LATE = 3_600_000

describe('the role in a metric', function () {
  this.timeout(240_000)
  let lab: DatabaseLab

  before(async () => {
    lab = await DatabaseLab.start({proxyMs: LATE})
    await lab.rds.prepare()
    await lab.pair()
  })

  after(() => lab.stop())

  /** How many values there are since then. */
  async function count(region: string, Role: string, since: number): Promise<number> {
    const Dimensions = [
      {Name: 'DBClusterIdentifier', Value: `todomgmt-${region}`},
      {Name: 'Role', Value: Role},
    ]
    const input = {Namespace: 'AWS/RDS', MetricName: 'DatabaseConnections', Dimensions, Period: 1}
    const range = {StartTime: new Date(since), EndTime: new Date(Date.now() + 1000), Statistics: ['SampleCount']}
    return (await lab.lab.call('monitoring', 'GetMetricStatistics', {...input, ...range}, region)).Datapoints.length
  }

  it('aws 15: is that of a standby for as long after a promotion as the pace keeps it from those who measure', async () => {
    const begun = Date.now()
    await lab.waitFor('a writer at home', async () => (await count(HOME, 'WRITER', begun)) > 0)
    const input = {GlobalClusterIdentifier: 'todomgmt', TargetDbClusterIdentifier: lab.arn(AWAY)}
    await lab.call('SwitchoverGlobalCluster', input)
    await lab.waitFor('the switchover', async () => (await lab.settledWriter()) === AWAY)
    const since = Math.ceil(Date.now() / 1000) * 1000
    await lab.waitFor('values of both', async () => {
      const counts = await Promise.all([HOME, AWAY].map((region) => count(region, 'READER', since)))
      return counts.every((values) => values > 0)
    })
    for (const region of [HOME, AWAY]) expect(await count(region, 'WRITER', since), region).to.equal(0)
  })
})
