import {expect} from 'chai'

import {Unreachable} from '../../src/errors.js'
import {outcomeOfAnswer, outcomeOfError} from '../../src/measure/outcome.js'

const refusal = (code: string) => ({status: 'error', response: {code, message: '...'}})
const socketError = (code: string, syscall?: string): Error =>
  Object.assign(new Error(code), {code, ...(syscall && {syscall})})

describe('what an answer says', () => {
  for (const status of [200, 201]) {
    it(`takes ${status} for an acknowledged write`, () => expect(outcomeOfAnswer('write', {status})).to.equal('ok'))
  }

  for (const status of [500, 502, 504]) {
    it(`takes ${status} for a write of unsure outcome: the handler may have died after its commit`, () => {
      expect(outcomeOfAnswer('write', {status})).to.equal('unsure')
    })
  }

  for (const status of [400, 401, 403, 404, 409, 413, 415, 429, 503]) {
    it(`takes ${status} for a refused write`, () => expect(outcomeOfAnswer('write', {status})).to.equal('fail'))
  }

  it('believes a 503 that says it does not know', () => {
    expect(outcomeOfAnswer('write', {status: 503, body: refusal('OutcomeUnknown')})).to.equal('unsure')
    expect(outcomeOfAnswer('write', {status: 503, body: refusal('Unsure')})).to.equal('unsure')
    expect(outcomeOfAnswer('write', {status: 503, body: refusal('NotPrimary')})).to.equal('fail')
    expect(outcomeOfAnswer('write', {status: 503, body: 'Service Unavailable'})).to.equal('fail')
  })

  it('has no unsure reads', () => {
    expect(outcomeOfAnswer('read', {status: 200})).to.equal('ok')
    for (const status of [404, 500, 502, 503, 504]) expect(outcomeOfAnswer('read', {status})).to.equal('fail')
    expect(outcomeOfError('read', socketError('ECONNRESET'))).to.equal('fail')
  })
})

describe('what a missing answer says', () => {
  for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'UND_ERR_CONNECT_TIMEOUT', 'EHOSTUNREACH']) {
    it(`knows that ${code} came before anything was sent`, () => {
      expect(outcomeOfError('write', new Unreachable('the edge', socketError(code)))).to.equal('fail')
    })
  }

  for (const code of ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT', 'ETIMEDOUT']) {
    it(`does not know what ${code} left behind`, () => {
      expect(outcomeOfError('write', new Unreachable('the edge', socketError(code)))).to.equal('unsure')
    })
  }

  it('knows a time-out of connecting from one of waiting', () => {
    expect(outcomeOfError('write', socketError('ETIMEDOUT', 'connect'))).to.equal('fail')
    expect(outcomeOfError('write', socketError('ETIMEDOUT', 'read'))).to.equal('unsure')
  })

  it('looks through both addresses of one host', () => {
    const both = new AggregateError([socketError('ECONNREFUSED'), socketError('ECONNREFUSED')], 'both')
    expect(outcomeOfError('write', new Unreachable('the edge', both))).to.equal('fail')
    const mixed = new AggregateError([socketError('ECONNREFUSED'), socketError('ECONNRESET')], 'mixed')
    expect(outcomeOfError('write', new Unreachable('the edge', mixed))).to.equal('unsure')
  })

  it('is unsure of what it has never seen', () => {
    expect(outcomeOfError('write', new Error('?'))).to.equal('unsure')
    expect(outcomeOfError('write', 'a string')).to.equal('unsure')
  })
})
