import {expect} from 'chai'

import {isBreached, watchedBy} from '../../../src/aws/cloudwatch/data-stream.js'
import type {WatchedMetric} from '../../../src/kernel.js'
import {metricsOf} from '../../../src/metrics.js'
import {testLab, type TestLab} from '../../wire/support.js'

const REGION = 'us-east-2'
const WATCHED: WatchedMetric = {
  Namespace: 'App',
  MetricName: 'Failover',
  Dimensions: [{Name: 'app', Value: 'todo'}],
  Statistic: 'Maximum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
}
const MINUTE = 60

describe('the data stream of an alarm', () => {
  let test: TestLab

  beforeEach(async () => {
    test = await testLab()
  })

  afterEach(() => test.close())

  const put = (value: number, secondsAgo: number): void =>
    metricsOf(test.lab)
      .series(REGION, 'App', 'Failover', {app: 'todo'}, 'None')
      .add(value, Date.now() - secondsAgo * 1000)
  const breached = (more: Partial<WatchedMetric> = {}, pace = 1 / 60) =>
    isBreached(test.lab, REGION, {...WATCHED, ...more}, pace)

  it('says nothing without data, with data of other dimensions, and with data that are too old', () => {
    expect(breached()).to.equal(undefined)
    put(1, 3 * MINUTE + 2)
    expect(breached()).to.equal(undefined)
    put(1, 3 * MINUTE - 5)
    expect(breached()).to.equal(true)
    expect(breached({Dimensions: []})).to.equal(undefined)
  })

  it('judges the periods that end with the newest value, shortened by the pace', () => {
    put(1, 10)
    put(0, 5)
    expect(breached()).to.equal(false)
    expect(breached({}, 1 / 10), 'both are in one period of six seconds').to.equal(true)
    put(1, 2)
    expect(breached()).to.equal(true)
  })

  it('wants every period to breach, whatever the alarm does with missing data', () => {
    for (const secondsAgo of [6, 5, 4]) put(1, secondsAgo)
    expect(breached({EvaluationPeriods: 3})).to.equal(true)
    put(0, 3)
    put(1, 2)
    expect(breached({EvaluationPeriods: 3})).to.equal(false)
  })

  it('leaves values for later out', () => {
    put(0, 2)
    put(1, -MINUTE)
    expect(breached()).to.equal(false)
  })

  it('goes by a moved clock of AWS as well', () => {
    put(1, 5)
    test.lab.governance.clock.offsetMs = 3_600_500
    expect(breached()).to.equal(true)
  })

  it('is that of an alarm on one metric', () => {
    const {Statistic, Period} = WATCHED
    const alarm = {...WATCHED, AlarmName: 'a', AlarmActions: []}
    expect(watchedBy(alarm)).to.deep.equal(WATCHED)
    expect(watchedBy({AlarmName: 'a', Metrics: [{Id: 'e', Expression: '1'}], Statistic, Period})).to.equal(undefined)
  })
})
