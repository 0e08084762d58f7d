import {expect} from 'chai'

import {isServed} from '../../src/measure/warm-up.js'
import {at, history} from '../support/history.js'

const served = (letters: string, more: {since?: number; now?: number; count?: number} = {}): boolean =>
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

  it('looks at one kind alone', () => {
    expect(isServed(history('......', {kind: 'read'}), 'write', {since: at(0), now: at(9)})).to.equal(false)
    expect(
      isServed([...history('...'), ...history('xxx', {kind: 'read'})], 'write', {since: at(0), now: at(9)}),
    ).to.equal(true)
  })
})
