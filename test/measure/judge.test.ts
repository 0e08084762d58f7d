import {expect} from 'chai'

import {guarded} from '../../src/measure/checkers/guarded.js'
import {judge} from '../../src/measure/judge.js'
import type {JudgeInput} from '../../src/measure/judge.js'
import {verdictOf} from '../../src/measure/result.js'
import type {Gap, LedgerEntry} from '../../src/model/ledger.js'
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

  it('field report 15: speaks of wider bars where a bar is wider, and of an open verdict where it is open', () => {
    const late = (from: number, to: number): Gap => ({
      notProbed: 'late',
      from: at(from),
      to: at(to),
      writes: to - from,
      reads: to - from,
    })
    const said = (letters: string, gaps: Gap[], rtoSeconds = 900) =>
      judge(input(letters, {gaps, objectives: {rtoSeconds, rpoSeconds: 5}, outageExpected: false})).notices.filter(
        (notice) => /^(the error bar of )?writes/.test(notice),
      )
    const far = `${'.'.repeat(20)}  ...xxxxx.....`
    expect(said(far, [late(20, 22)])).to.deep.equal([])
    const near = '...          xxxxx.....'
    expect(said(near, [late(3, 13)])).to.deep.equal([
      'the error bar of writes is as wide as ±0.22 s because the prober was late or left probes out at that moment',
    ])
    expect(said(near, [late(3, 13)], 0.2)[0]).to.match(/; this leaves open whether the objective was met$/)
    expect(said('...xxxxx...          ....', [late(11, 21)], 0.2)[0]).to.match(
      /^writes were not probed for a while after they were back; this leaves open/,
    )
    expect(said('.....          .....', [late(5, 15)])).to.deep.equal([
      'writes were not probed for up to 0.22 s: a shorter outage may have gone unseen',
    ])
  })

  it('counts loss from the first failure where nobody knows when the outage began', () => {
    const lost = judge(input('.....xxxxx.....', {outageAt: undefined, commandAt: at(500), present: new Set()})).loss
    expect(lost.met).to.equal(true)
    expect(lost.acknowledgedBefore).to.equal(true)
  })
})

describe('what was refused by somebody other than the API', () => {
  it('aws 09: is counted and named', () => {
    const given = input('.....xxxxx.....')
    const refusals = ['not-run', 'not-run', 'firewall'] as const
    for (const [index, refusal] of refusals.entries()) Object.assign(given.entries[5 + index]!, {refusal})
    const notices = judge(given).notices.join('\n')
    expect(notices).to.contain('2 probes got 500 because Lambda ran no function')
    expect(notices).to.contain('1 probes were refused by a firewall (403)')
    expect(judge(input('.....xxxxx.....')).notices.join(',')).not.to.match(/firewall|no function/)
  })
})
