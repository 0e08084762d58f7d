import {expect} from 'chai'
import fc from 'fast-check'

import {lossOf} from '../../../src/measure/checkers/loss.js'
import type {LossInput} from '../../../src/measure/checkers/loss.js'
import {INTERVAL, LATENCY, at, history} from '../../support/history.js'

const judge = (letters: string, present: readonly string[] | undefined, more: Partial<LossInput> = {}) =>
  lossOf({
    entries: history(letters),
    present: present && new Set(present),
    outageAt: at(Math.max(0, letters.indexOf('x'))),
    intervalMs: INTERVAL,
    objectiveSeconds: 5,
    ...more,
  })

const ids = (...indexes: number[]): string[] => indexes.map((index) => `write${index}`)

describe('lossOf', () => {
  it('names each acknowledged write that the new primary does not have, oldest first', () => {
    const found = judge('.....xxx..', ids(0, 1, 2, 8, 9))
    expect(found).to.deep.include({acknowledged: 7, lostCount: 2, unsureCount: 0, met: true, checked: true})
    expect(found.lost).to.deep.equal([
      {requestId: 'write3', acknowledgedAt: new Date(at(3) + LATENCY).toISOString()},
      {requestId: 'write4', acknowledgedAt: new Date(at(4) + LATENCY).toISOString()},
    ])
  })

  it('counts the window back from the outage to the oldest lost write', () => {
    expect(judge('.....xxx..', ids(0, 1, 2, 8, 9)).windowSeconds).to.equal((2 * INTERVAL - LATENCY) / 1000)
    expect(judge('.....xxx..', ids(0, 1, 2, 3, 4, 8, 9)).windowSeconds).to.equal(0)
  })

  it('has a window over writes that an old primary acknowledged after the outage began, and lost', () => {
    const found = judge('.....xxx..', ids(0, 1, 2, 3, 4), {outageAt: at(5)})
    expect(found.lostCount).to.equal(2)
    expect(found.windowSeconds).to.equal((4 * INTERVAL + LATENCY) / 1000)
  })

  it('never counts an unanswered write as lost, nor as surviving until it is read', () => {
    const found = judge('...?-xx', ids(0, 1, 2))
    expect(found).to.deep.include({lostCount: 0, unsureCount: 2, unsureSurvivedCount: 0})
    expect(judge('...?-xx', ids(0, 1, 2, 3)).unsureSurvivedCount).to.equal(1)
  })

  it('never counts a refused write as lost', () => expect(judge('...xxx', ids(0, 1, 2)).lostCount).to.equal(0))

  it('passes over reads', () => {
    const entries = [...history('...xx'), ...history('...xx', {kind: 'read'})]
    expect(judge('', ids(0, 1, 2), {entries, outageAt: at(3)})).to.deep.include({acknowledged: 3, lostCount: 0})
  })

  it('misses the objective when the window is over it', () => {
    expect(judge('....xx', ids(0), {objectiveSeconds: 0.05}).met).to.equal(false)
    expect(judge('....xx', ids(0), {objectiveSeconds: 0.055}).met).to.equal(true)
  })

  it('claims nothing when no write had been acknowledged just before the outage', () => {
    expect(judge('xxxx....', ids(4, 5, 6, 7))).to.deep.include({lostCount: 0, met: null, acknowledgedBefore: false})
    expect(judge('....', ids(0, 1, 2, 3), {outageAt: at(3) + 1500}).met).to.equal(null)
    expect(judge('....', ids(0, 1, 2, 3), {outageAt: at(3) + 900}).met).to.equal(true)
  })

  it('takes a longer time for "just before" where probes are rare', () => {
    const found = judge('....', ids(0, 1, 2, 3), {outageAt: at(3) + 1500, intervalMs: 500})
    expect(found.met).to.equal(true)
  })

  it('claims nothing where the new primary could not be asked', () => {
    expect(judge('...xx', undefined)).to.deep.include({checked: false, met: null, lostCount: 0, acknowledged: 3})
  })

  it('still says missed where loss over the objective was found and the record was thin', () => {
    expect(judge('....', [], {outageAt: at(3) + 1500, objectiveSeconds: 1}).met).to.equal(false)
  })

  const letters = fc.string({unit: fc.constantFrom('.', '.', 'x', '?', '-'), minLength: 1, maxLength: 60})
  const scene = letters.chain((text) =>
    fc.tuple(
      fc.constant(text),
      fc.subarray(history(text).map((entry) => entry.requestId)),
      fc.integer({min: 0, max: text.length}),
    ),
  )

  it('lost is exactly acknowledged minus present, and unsure writes are never among them (property)', () => {
    fc.assert(
      fc.property(scene, ([text, present, outage]) => {
        const found = judge(text, present, {outageAt: at(outage)})
        const acknowledged = history(text).filter((entry) => entry.outcome === 'ok')
        const expected = acknowledged.map((entry) => entry.requestId).filter((id) => !present.includes(id))
        expect(found.lost.map((entry) => entry.requestId)).to.have.members(expected)
        expect(found.lostCount).to.equal(expected.length)
        expect(found.acknowledged + found.unsureCount).to.be.at.most(text.length)
      }),
      {numRuns: 300},
    )
  })

  it('never finds less loss when the new primary holds less (property)', () => {
    fc.assert(
      fc.property(scene, fc.nat(), ([text, present, outage], pick) => {
        const fewer = present.filter((_, index) => index !== pick % Math.max(1, present.length))
        const more = judge(text, present, {outageAt: at(outage)})
        const less = judge(text, fewer, {outageAt: at(outage)})
        expect(less.lostCount).to.be.at.least(more.lostCount)
        expect(less.windowSeconds).to.be.at.least(more.windowSeconds)
      }),
      {numRuns: 300},
    )
  })

  it('does not depend on the order of the lines (property)', () => {
    fc.assert(
      fc.property(scene, ([text, present, outage]) => {
        const turned = judge('', present, {entries: history(text).reverse(), outageAt: at(outage)})
        expect(turned).to.deep.equal(judge(text, present, {outageAt: at(outage)}))
      }),
      {numRuns: 200},
    )
  })

  it('has no window without loss and no loss without a window, unless it fell on the instant itself (property)', () => {
    fc.assert(
      fc.property(scene, ([text, present, outage]) => {
        const found = judge(text, present, {outageAt: at(outage)})
        expect(found.windowSeconds > 0).to.equal(found.lostCount > 0)
      }),
      {numRuns: 200},
    )
  })
})
