import {expect} from 'chai'
import fc from 'fast-check'

import {TokenBucket} from '../../src/data-plane/api-gateway/token-bucket.js'

describe('token bucket', () => {
  it('never lets more through than the burst and what the rate has refilled', () => {
    fc.assert(
      fc.property(
        fc.integer({min: 1, max: 50}),
        fc.integer({min: 1, max: 20}),
        fc.array(fc.integer({min: 0, max: 500}), {maxLength: 200}),
        (rate, burst, gaps) => {
          let now = 0
          const bucket = new TokenBucket(rate, burst, () => now)
          const passed = gaps.filter((gap) => {
            now += gap
            return bucket.take()
          }).length
          expect(passed).at.most(burst + (now / 1000) * rate + 1e-6)
        },
      ),
    )
  })

  it('refuses the one too many, and takes again after the refill', () => {
    let now = 0
    const bucket = new TokenBucket(2, 3, () => now)
    expect([bucket.take(), bucket.take(), bucket.take(), bucket.take()]).deep.equal([true, true, true, false])
    now = 499
    expect(bucket.take()).equal(false)
    now = 500
    expect([bucket.take(), bucket.take()]).deep.equal([true, false])
  })
})
