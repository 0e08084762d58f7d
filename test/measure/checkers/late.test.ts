import {expect} from 'chai'

import {lateRecovery} from '../../../src/measure/checkers/late.js'
import {judge} from '../../../src/measure/judge.js'
import {at, history} from '../../support/history.js'

const late = (letters: string) => history(letters).map((entry) => ({...entry, keptSeconds: 300}))

describe('the client that keeps a name for too long', () => {
  const when = {endedAt: at(20), outageAt: at(5)}

  it('is told apart from the others, whose outage is over before', () => {
    const entries = [...history('.....xxxx.............'), ...late('.....xxxxxxxxxxxxxxxx')]
    const {write, late: told} = judge({
      entries,
      present: new Set(),
      objectives: {rtoSeconds: 900, rpoSeconds: 5},
      ratePerSecond: 50,
      commandAt: at(5),
      outageExpected: true,
      ...when,
    })
    expect(write.recovered).to.equal(true)
    expect(told).to.deep.include({keptSeconds: 300, lowerBound: true, recovered: false})
    expect(told!.seconds).to.be.above(write.seconds!)
  })

  it('has a recovery time where it followed, none where it was never down, and is no one where there is none', () => {
    expect(lateRecovery({...when, entries: late('.....xxxxx.....')})).to.include({recovered: true, lowerBound: false})
    expect(lateRecovery({...when, entries: late('...............')})).to.include({seconds: null})
    expect(lateRecovery({...when, entries: history('.....xxxxx.....')})).to.equal(undefined)
  })
})
