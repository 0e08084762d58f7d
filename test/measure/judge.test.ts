import {expect} from 'chai'

import {guarded} from '../../src/measure/checkers/guarded.js'
import {judge} from '../../src/measure/judge.js'
import type {JudgeInput} from '../../src/measure/judge.js'
import {verdictOf} from '../../src/measure/result.js'
import type {LedgerEntry} from '../../src/model/ledger.js'
import {at, history} from '../support/history.js'

const input = (letters: string, more: Partial<JudgeInput> = {}): JudgeInput => ({
  entries: [...history(letters), ...history('.'.repeat(letters.length), {kind: 'read'})],
  present: new Set(history(letters).map((entry) => entry.requestId)),
  objectives: {rtoSeconds: 900, rpoSeconds: 5},
  ratePerSecond: 50,
  outageAt: at(5),
  commandAt: at(5),
  endedAt: at(letters.length),
  outageExpected: true,
  ...more,
})

const verdict = (more: Partial<JudgeInput>, letters = '.....xxxxx.....', status: 'done' | 'stopped' = 'done') => {
  const {write, read, loss, singleWriter} = judge(input(letters, more))
  return verdictOf({
    rto: {write, read, operatorSeconds: 0},
    rpo: {...loss, lagEstimateSeconds: null},
    singleWriter,
    run: {status},
  })
}

describe('a checker that crashes', () => {
  it('says unknown, and why', () => {
    const crashed = guarded((): boolean | 'unknown' => {
      throw new TypeError('a bug')
    }, 'unknown')
    expect(crashed).to.deep.equal({value: 'unknown', crash: 'a bug'})
    expect(guarded(() => true, false)).to.deep.equal({value: true})
  })

  it('makes the whole verdict unknown, never passed', () => {
    const broken = {
      kind: 'write',
      outcome: 'ok',
      finishedAt: at(3),
      scheduledAt: at(3),
      sentAt: at(3),
      region: 'r',
    } as LedgerEntry
    Object.defineProperty(broken, 'requestId', {
      get() {
        throw new Error('unreadable')
      },
    })
    const {notices} = judge(input('.....xxxxx.....', {entries: [...history('.....xxxxx.....'), broken]}))
    expect(notices.join('\n')).to.contain('unreadable')
    expect(verdict({entries: [...history('.....xxxxx.....'), broken]})).to.equal('unknown')
  })
})

describe('the verdict', () => {
  it('passes what was judged and met', () => expect(verdict({})).to.equal('passed'))

  it('never passes a run that was not done', () => expect(verdict({}, undefined, 'stopped')).to.equal('unknown'))

  it('misses with any objective', () => {
    expect(verdict({objectives: {rtoSeconds: 0.01, rpoSeconds: 5}})).to.equal('missed')
    expect(verdict({present: new Set(), objectives: {rtoSeconds: 900, rpoSeconds: 0}})).to.equal('missed')
  })

  it('passes with a loss inside the objective: the objective is a window and not a count', () => {
    expect(verdict({present: new Set()})).to.equal('passed')
  })

  it('misses where two regions were writers at one time', () => {
    const both = [...history('...............'), ...history('...............', {region: 'us-east-2'})].map(
      (entry, index) => ({
        ...entry,
        requestId: `w${index}`,
      }),
    )
    expect(
      verdict({entries: both, outageExpected: false, present: new Set(both.map((entry) => entry.requestId))}),
    ).to.equal('missed')
  })

  it('is unknown where something could not be judged, but missed where something was missed as well', () => {
    expect(verdict({present: undefined})).to.equal('unknown')
    expect(verdict({present: undefined, objectives: {rtoSeconds: 0.01, rpoSeconds: 5}})).to.equal('missed')
  })

  it('is unknown where a fault was made and writes never failed', () => {
    expect(verdict({}, '...............')).to.equal('unknown')
    expect(verdict({outageExpected: false}, '...............')).to.equal('passed')
  })

  it('counts loss from the first failure where nobody knows when the outage began', () => {
    const lost = judge(input('.....xxxxx.....', {outageAt: undefined, commandAt: at(500), present: new Set()})).loss
    expect(lost.met).to.equal(true)
    expect(lost.acknowledgedBefore).to.equal(true)
  })
})
