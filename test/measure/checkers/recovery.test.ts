import {expect} from 'chai'
import fc from 'fast-check'

import {recoveryTime} from '../../../src/measure/checkers/recovery.js'
import type {RecoveryInput} from '../../../src/measure/checkers/recovery.js'
import {INTERVAL, LATENCY, at, history} from '../../support/history.js'

const judge = (letters: string, more: Partial<RecoveryInput> = {}) =>
  recoveryTime({
    entries: history(letters),
    kind: 'write',
    intervalMs: INTERVAL,
    objectiveSeconds: 900,
    endedAt: at(letters.length),
    ...more,
  })

const probes = (count: number): number => (count * INTERVAL + LATENCY) / 1000

describe('recoveryTime', () => {
  it('runs from the scheduled instant of the first failure to the completion of the first success', () => {
    const found = judge('.....xxxxx.....')
    expect(found).to.deep.include({
      seconds: probes(5),
      errorSeconds: 0.02,
      lowerBound: false,
      met: true,
      recovered: true,
    })
    expect(found.episodes).to.deep.equal([{from: at(5), to: at(10) + LATENCY}])
  })

  it('sees no outage in a record without failures', () => {
    expect(judge('..........')).to.deep.include({seconds: null, met: true, lowerBound: false, episodes: []})
  })

  for (const stray of ['....x....', '....xx....', '..x.....x..', 'x...x....x...x...', '...?....', '...-....']) {
    it(`takes stray failures for no outage: ${stray}`, () => expect(judge(stray).seconds).to.equal(null))
  }

  it('takes three failures among five for an outage, with successes between them', () => {
    expect(judge('.....x.x.x......').seconds).to.equal(probes(5))
  })

  it('does not take two successes between failures for a recovery', () => {
    expect(judge('...xxx..xxx..xx....').seconds).to.equal(probes(12))
  })

  it('counts unanswered and unfinished writes as failures', () => {
    expect(judge('...??-...').seconds).to.equal(probes(3))
  })

  it('runs to the last recovery where service flapped, and lists the episodes', () => {
    const found = judge('...xxx....xxxx.....')
    expect(found.seconds).to.equal(probes(11))
    expect(found.episodes).to.deep.equal([
      {from: at(3), to: at(6) + LATENCY},
      {from: at(10), to: at(14) + LATENCY},
    ])
  })

  it('gives a lower bound, and claims nothing, where the outage began before the record', () => {
    expect(judge('xxxxx......')).to.deep.include({seconds: probes(5), lowerBound: true, met: null})
  })

  it('says missed where even the lower bound is over the objective', () => {
    expect(judge('xxxxx......', {objectiveSeconds: 0.05})).to.deep.include({lowerBound: true, met: false})
  })

  it('counts from the recorded beginning where somebody wrote down when', () => {
    const found = judge('xxxxx......', {outageAt: at(0) - 1000})
    expect(found).to.deep.include({seconds: 1 + probes(5), lowerBound: false, met: true})
  })

  it('leaves out what was over before the fault: a cold start in the warm-up is no part of the outage', () => {
    const found = judge('xxxx......xxx......', {outageAt: at(9)})
    expect(found).to.deep.include({seconds: probes(3), lowerBound: false})
    expect(found.episodes).to.have.length(1)
  })

  it('keeps a probe that was in flight when the fault came', () => {
    expect(judge('......xxx......', {outageAt: at(6) + 1}).seconds).to.equal(probes(3))
  })

  it('does not call an outage that never ended recovered', () => {
    const found = judge('.....xxxxx')
    expect(found).to.deep.include({seconds: 0.1, lowerBound: true, recovered: false, met: null})
    expect(judge('.....xxxxx..', {objectiveSeconds: 0.1}).met).to.equal(false)
  })

  it('claims nothing without probes, nor where an outage was made and not seen', () => {
    expect(judge('')).to.deep.include({seconds: null, met: null})
    expect(judge('.......', {outageExpected: true})).to.deep.include({seconds: null, met: null})
  })

  it('widens the error bar by the probes that were skipped', () => {
    expect(judge('......   xxx......').errorSeconds).to.equal(0.08)
    expect(judge('......xxx   .......').errorSeconds).to.equal(0.08)
  })

  it('judges reads and writes apart', () => {
    const entries = [...history('...xxxx....'), ...history('...........', {kind: 'read'})]
    expect(judge('', {entries}).seconds).to.equal(probes(4))
    expect(judge('', {entries, kind: 'read'}).seconds).to.equal(null)
  })

  it('misses an objective that the time is over', () => {
    expect(judge('...xxxxx...', {objectiveSeconds: 0.1}).met).to.equal(false)
    expect(judge('...xxxxx...', {objectiveSeconds: 0.105}).met).to.equal(true)
  })

  const letters = fc.string({unit: fc.constantFrom('.', '.', '.', 'x', '?', '-', ' '), maxLength: 60})

  it('does not depend on the order of the lines (property)', () => {
    fc.assert(
      fc.property(
        letters.chain((text) =>
          fc.tuple(fc.constant(text), fc.shuffledSubarray(history(text), {minLength: history(text).length})),
        ),
        ([text, entries]) => {
          expect(judge(text, {entries})).to.deep.equal(judge(text))
        },
      ),
      {numRuns: 200},
    )
  })

  it('is never negative and never longer than the record (property)', () => {
    fc.assert(
      fc.property(letters, (text) => {
        const {seconds} = judge(text)
        if (seconds !== null) expect(seconds).to.be.within(0, (text.length * INTERVAL + LATENCY) / 1000)
      }),
      {numRuns: 300},
    )
  })

  it('finds exactly a single solid outage, whatever stray failures stand far from it (property)', () => {
    const quiet = fc.constantFrom('.....', '....x....', '.....')
    fc.assert(
      fc.property(
        fc.array(quiet, {maxLength: 4}),
        fc.integer({min: 3, max: 40}),
        fc.array(quiet, {maxLength: 4}),
        (before, down, after) => {
          const text = `${before.join('')}.....${'x'.repeat(down)}.....${after.join('')}`
          expect(judge(text).seconds).to.equal(probes(down))
        },
      ),
      {numRuns: 200},
    )
  })

  it('never gets shorter when the outage gets longer (property)', () => {
    fc.assert(
      fc.property(fc.integer({min: 3, max: 30}), fc.integer({min: 0, max: 30}), (down, more) => {
        const short = judge(`.....${'x'.repeat(down)}.....`).seconds!
        expect(judge(`.....${'x'.repeat(down + more)}.....`).seconds).to.be.at.least(short)
      }),
      {numRuns: 100},
    )
  })
})
