import {expect} from 'chai'
import {steadyClock} from '../../src/measure/clock.js'
import {endsWithin} from '../../src/ports/waits.js'
import {thrownBy} from '../support/thrown.js'

describe('endsWithin', () => {
  it('says whether the work ended in time, waits no longer, and throws what it throws', async () => {
    const began = performance.now()
    expect(await endsWithin(steadyClock, 60_000, Promise.resolve('done'))).to.equal(true)
    expect(await endsWithin(steadyClock, 10, new Promise(() => undefined))).to.equal(false)
    expect(await thrownBy(endsWithin(steadyClock, 60_000, Promise.reject(new Error('broken'))))).to.include({
      message: 'broken',
    })
    expect(performance.now() - began).to.be.below(5000)
  })

  it('takes its alarm back', async () => {
    let alarm: AbortSignal | undefined
    const clock = {
      now: () => 0,
      sleep(_ms: number, signal?: AbortSignal) {
        alarm = signal
        return new Promise<void>(() => undefined)
      },
    }
    await endsWithin(clock, 1000, Promise.resolve())
    expect(alarm!.aborted).to.equal(true)
  })
})
