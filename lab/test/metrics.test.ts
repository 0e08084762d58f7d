import {expect} from 'chai'

import {Series} from '../src/metrics.js'

const MINUTE = 60_000
/** A whole hour. */
const START = 1_800_000_000_000 - (1_800_000_000_000 % 3_600_000)

describe('a series of a metric', () => {
  const series = (): Series => new Series('AWS/Lambda', 'Duration', {FunctionName: 'f'}, 'Milliseconds')

  it('sums up the values of each second', () => {
    const one = series()
    one.add(3, START + 10)
    one.add(7, START + 990, 2)
    one.add(1, START + 1000)
    expect(one.kept('seconds')).to.deep.equal([
      {start: START, count: 3, sum: 17, min: 3, max: 7},
      {start: START + 1000, count: 1, sum: 1, min: 1, max: 1},
    ])
  })

  it('puts a value that comes late into its own second', () => {
    const one = series()
    one.add(1, START + 5000)
    one.add(2, START)
    one.add(3, START + 2000)
    one.add(4, START + 500)
    expect(one.kept('seconds').map(({start, sum}) => [start - START, sum])).to.deep.equal([
      [0, 6],
      [2000, 3],
      [5000, 1],
    ])
  })

  it('keeps seconds for a quarter of an hour and minutes for a day, and loses nothing between them', () => {
    const one = series()
    const days = 2
    for (let second = 0; second < days * 86_400; second++) one.add(1, START + second * 1000)
    const seconds = one.kept('seconds')
    const all = one.kept('all')
    expect(seconds.length).to.be.within(900, 902)
    const minutes = all.length - seconds.length
    expect(minutes).to.be.within(24 * 60, 25 * 60 + 1)
    expect(all[1]).to.include({count: 60, sum: 60})
    expect(all[1]!.start % MINUTE).to.equal(0)
    const oldest = all[0]!.start
    expect(all.reduce((sum, {count}) => sum + count, 0)).to.equal(days * 86_400 - (oldest - START) / 1000)
    one.add(5, START + days * 86_400_000 - 3 * 3_600_000)
    expect(Math.max(...one.kept('all').map(({max}) => max)), 'a value of three hours ago').to.equal(5)
  })
})
