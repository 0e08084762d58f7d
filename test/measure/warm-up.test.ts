import {expect} from 'chai'

import {isServed, whyNotServed} from '../../src/measure/warm-up.js'
import type {Gap} from '../../src/model/ledger.js'
import {LATENCY, at, history} from '../support/history.js'

const served = (letters: string, more: {since?: number; now?: number; count?: number; slowMs?: number} = {}): boolean =>
  isServed(history(letters), 'write', {since: at(0), now: at(letters.length), ...more})

describe('isServed', () => {
  it('wants a run of successes at the end', () => {
    expect(served('xxx...')).to.equal(true)
    expect(served('......x')).to.equal(false)
    expect(served('xxx..')).to.equal(false)
    expect(served('')).to.equal(false)
  })

  it('wants as long a run as is asked for', () => {
    expect(served('x.....', {count: 5})).to.equal(true)
    expect(served('x.....', {count: 6})).to.equal(false)
  })

  it('wants it since the given instant', () => {
    expect(served('......', {since: at(3)})).to.equal(true)
    expect(served('......', {since: at(4)})).to.equal(false)
  })

  it('passes over what was sent a moment ago, but not over what waits long', () => {
    expect(served('...--')).to.equal(true)
    expect(served('...--', {now: at(3) + 1001})).to.equal(false)
  })

  it('wants prompt answers where that is asked for: what waited for others shows a backlog', () => {
    expect(served('......', {slowMs: LATENCY})).to.equal(true)
    expect(served('......', {slowMs: LATENCY - 1})).to.equal(false)
    expect(served('...-', {slowMs: LATENCY, now: at(3) + LATENCY + 1})).to.equal(false)
  })

  it('looks at one kind alone', () => {
    expect(isServed(history('......', {kind: 'read'}), 'write', {since: at(0), now: at(9)})).to.equal(false)
    expect(
      isServed([...history('...'), ...history('xxx', {kind: 'read'})], 'write', {since: at(0), now: at(9)}),
    ).to.equal(true)
  })
})

describe('field report 18: why a load is not served', () => {
  const why = (letters: string, gaps: Gap[] = [], trouble: string[] = []): string =>
    whyNotServed(
      {
        entries: () => history(letters),
        gaps: () => gaps,
        health: () => ({sent: 0, skipped: 0, maxLateMs: 0, tokensReplaced: 0, trouble}),
      },
      at(letters.length),
    )
  const gap = (writes: number): Gap => ({notProbed: 'late', from: at(1), to: at(4), writes, reads: 0})

  it('is a machine on which the probes cannot even be sent', () => {
    expect(why('....', [gap(4)])).to.equal(
      'this machine is too busy: 4 of the last 8 probes could not even be sent in time',
    )
    expect(why('.........x', [gap(1)])).not.to.contain('busy')
  })

  it('is what the tokens or the ledger say', () => {
    expect(why('xx', [], ['no access token: 400'])).to.equal('no access token: 400')
  })

  it('is how the last probes were answered', () => {
    expect(why('..??-')).to.equal('of the last 5 probes 2 were served, 2 got no answer in time')
    expect(why('.x')).to.equal('of the last 2 probes 1 were served, the last refusal is HTTP 503 to a write')
    expect(why(`${'x'.repeat(300)}${'.'.repeat(300)}`)).to.match(/^of the last 250 probes 250 were served$/)
  })
})
