import {expect} from 'chai'

import {evaluate} from '../../../src/aws/cloudwatch/expression.js'

const line = (...values: (number | undefined)[]) =>
  values.flatMap((value, at) => (value === undefined ? [] : [{at, value}]))

const LINES: Record<string, ReturnType<typeof line>> = {
  used: line(10, 20, undefined, 40),
  allowed: line(100, 100, 100, 0),
  f1: line(1, undefined, 3),
  f2: line(2, 5, undefined),
}

const names = (...metrics: string[]) => ({
  value: (id: string) => LINES[id],
  metrics,
  periods: () => [0, 1, 2, 3],
})

describe('metric math', () => {
  it('calculates at the times that both sides have, and drops what is no number', () => {
    expect(evaluate('100 * used / allowed', names())).to.deep.equal(line(10, 20))
    expect(evaluate('-(used - 5) + 1', names())).to.deep.equal(line(-4, -14, undefined, -34))
  })

  it('adds up metrics at the times that any of them has', () => {
    expect(evaluate('SUM(METRICS())', names('f1', 'f2'))).to.deep.equal(line(3, 5, 3))
    expect(evaluate('MAX(METRICS("2"))', names('f1', 'f2'))).to.deep.equal(line(2, 5))
  })

  it('fills gaps', () => {
    expect(evaluate('FILL(used, 0)', names())).to.deep.equal(line(10, 20, 0, 40))
    expect(evaluate('FILL(f1, REPEAT)', names())).to.deep.equal(line(1, 1, 3, 3))
  })

  it('makes a number of one line, which is no time series by itself', () => {
    expect(evaluate('f2 / SUM(f2)', names())).to.deep.equal(line(2 / 7, 5 / 7))
    expect(() => evaluate('SUM(f2)', names())).to.throw('must give one time series')
  })

  it('refuses what it does not know by name', () => {
    expect(() => evaluate('ANOMALY_DETECTION_BAND(used)', names())).to.throw('ANOMALY_DETECTION_BAND')
    expect(() => evaluate('used > 3', names())).to.throw('>')
    expect(() => evaluate('other + 1', names())).to.throw('other is not the id')
    expect(() => evaluate('(used', names())).to.throw(') is missing')
  })
})
