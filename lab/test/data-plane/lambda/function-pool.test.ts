import {expect} from 'chai'
import fc from 'fast-check'

import {nextOf, startsNow} from '../../../src/data-plane/lambda/function-pool.js'

describe('field report 18: the processes of a function', () => {
  it('grow with the calls that wait, within the processors', () => {
    const cases: [waiting: number, starting: number, live: number, processors: number, starts: number][] = [
      // One at a time on a small machine, four in all.
      [100, 0, 1, 2, 1],
      [100, 1, 2, 2, 0],
      [100, 0, 4, 2, 0],
      // A large one starts many at once, and as many as it has processors for.
      [100, 0, 1, 16, 8],
      [100, 5, 8, 16, 3],
      [100, 0, 14, 16, 2],
      [100, 0, 16, 16, 0],
      // No more than calls wait for.
      [3, 0, 1, 16, 3],
      [3, 2, 3, 16, 1],
      [0, 0, 1, 16, 0],
    ]
    for (const [waiting, starting, live, processors, starts] of cases)
      expect(
        startsNow({waiting, starting, live}, processors),
        `${[waiting, starting, live, processors].join(' ')}`,
      ).to.equal(starts)
  })

  it('take the oldest call, but for those that have waited for a second, which come last', () => {
    const at = (...since: number[]) => since.map((one) => ({since: one}))
    expect(nextOf(at(0, 10, 20), 900)).to.equal(0)
    expect(nextOf(at(0, 10, 500), 1005)).to.equal(1)
    expect(nextOf(at(0, 10, 500), 1400)).to.equal(2)
    expect(nextOf(at(0, 10), 5000)).to.equal(0)
  })

  it('are never more than the bound, and always enough for a call that waits while none is on its way (property)', () => {
    const count = fc.integer({min: 0, max: 200})
    fc.assert(
      fc.property(count, count, fc.integer({min: 1, max: 128}), (waiting, live, processors) => {
        const most = Math.max(4, processors)
        const starts = startsNow({waiting, starting: 0, live: Math.min(live, most)}, processors)
        expect(starts).to.be.at.most(most - Math.min(live, most))
        if (waiting > 0 && live < most) expect(starts).to.be.at.least(1)
      }),
    )
  })
})
