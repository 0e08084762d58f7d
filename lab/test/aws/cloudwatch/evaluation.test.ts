import {expect} from 'chai'

import {judge, rangeOf, reasonOf, type Rule} from '../../../src/aws/cloudwatch/evaluation.js'

const TREATMENTS = ['missing', 'ignore', 'breaching', 'notBreaching'] as const

const rule = (datapointsToAlarm: number, treatMissing: Rule['treatMissing'] = 'missing'): Rule => ({
  evaluationPeriods: 3,
  datapointsToAlarm,
  threshold: 5,
  operator: 'GreaterThanThreshold',
  treatMissing,
})

/** As AWS writes it, the newest on the right: 0 does not breach, X does, - is missing. Given newest first. */
const range = (points: string) =>
  points
    .split(' ')
    .map((point, index) => (point === '-' ? undefined : {at: index * 60_000, value: point === 'X' ? 10 : 0}))
    .reverse()

const states = (points: string, datapointsToAlarm: number): string =>
  TREATMENTS.map((treatment) => judge(rule(datapointsToAlarm, treatment), range(points)).state ?? 'retain').join(' ')

describe('the evaluation of an alarm', () => {
  it('looks as far back as the tables of CloudWatch do', () => {
    expect(rangeOf(rule(3))).to.equal(5)
  })

  for (const [points, expected] of [
    ['0 - X - X', 'OK OK OK OK'],
    ['0 - - - -', 'OK OK OK OK'],
    ['- - - - -', 'INSUFFICIENT_DATA retain ALARM OK'],
    ['0 X X - X', 'ALARM ALARM ALARM ALARM'],
    ['- - X - -', 'ALARM retain ALARM OK'],
  ] as const)
    it(`judges ${points} by 3 of 3 as AWS does`, () => {
      expect(states(points, 3)).to.equal(expected)
    })

  for (const [points, expected] of [
    ['0 - X - X', 'ALARM ALARM ALARM ALARM'],
    ['0 0 X 0 X', 'ALARM ALARM ALARM ALARM'],
    ['0 - X - -', 'OK OK ALARM OK'],
    ['- - - - 0', 'OK OK ALARM OK'],
    ['- - - X -', 'ALARM retain ALARM OK'],
  ] as const)
    it(`judges ${points} by 2 of 3 as AWS does`, () => {
      expect(states(points, 2)).to.equal(expected)
    })

  it('does not alarm too early, while the next point may be a good one', () => {
    for (const points of ['- - - - X', '- - - X -'])
      expect(judge(rule(3), range(points)).state, points).not.to.equal('ALARM')
  })

  it('compares as it is told', () => {
    const at = (operator: Rule['operator'], value: number) =>
      judge({...rule(1), evaluationPeriods: 1, operator}, [{at: 0, value}]).state
    expect(at('GreaterThanThreshold', 5)).to.equal('OK')
    expect(at('GreaterThanOrEqualToThreshold', 5)).to.equal('ALARM')
    expect(at('LessThanThreshold', 5)).to.equal('OK')
    expect(at('LessThanOrEqualToThreshold', 5)).to.equal('ALARM')
    expect(at('LessThanThreshold', 4)).to.equal('ALARM')
  })

  it('says why', () => {
    const time = Date.UTC(2026, 10, 28, 15, 57)
    const points = [0, 1, 2].map((index) => ({at: time - index * 60_000, value: index === 2 ? 1 : 10}))
    const alarm = rule(2)
    expect(reasonOf(alarm, judge(alarm, points), 'OK')).to.equal(
      'Threshold Crossed: 2 out of the last 3 datapoints [10.0 (28/11/26 15:57:00), 10.0 (28/11/26 15:56:00)] were greater than the threshold (5.0) (minimum 2 datapoints for OK -> ALARM transition).',
    )
    expect(reasonOf(alarm, judge(alarm, []), 'OK')).to.equal('Insufficient Data: 3 datapoints were unknown.')
    const good = rule(2, 'notBreaching')
    expect(reasonOf(good, judge(good, []), 'ALARM')).to.equal(
      'Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as [NonBreaching].',
    )
  })
})
