import {expect} from 'chai'

import {Unreachable} from '../../src/errors.js'
import {outcomeOfError, refusalOf} from '../../src/measure/outcome.js'

const socketError = (code: string, syscall?: string): Error =>
  Object.assign(new Error(code), {code, ...(syscall && {syscall})})

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

  it('has no unsure reads', () => {
    expect(outcomeOfError('read', socketError('ECONNRESET'))).to.equal('fail')
  })

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

describe('an answer that AWS gives in the place of the API', () => {
  const ofGateway = {'x-amzn-requestid': 'r', 'x-amzn-errortype': 'InternalServerErrorException'}
  const ofEdge = {'x-cache': 'Error from cloudfront'}
  const answers: [string, Parameters<typeof refusalOf>[0], ReturnType<typeof refusalOf>][] = [
    ['500 of API Gateway, as behind a fence', {status: 500, headers: ofGateway}, 'not-run'],
    ['500 of a handler', {status: 500, headers: {'x-amzn-requestid': 'r'}, body: {status: 'error'}}, undefined],
    ['502, as of a function that failed after its commit', {status: 502, headers: ofGateway}, undefined],
    ['403 of the edge', {status: 403, headers: ofEdge}, 'firewall'],
    [
      "403 of an API's firewall",
      {status: 403, headers: {...ofGateway, ...ofEdge}, body: {response: {code: 'WAF_FILTERED'}}},
      'firewall',
    ],
    ['403 for a token without the scope', {status: 403, headers: {...ofEdge, 'x-amzn-requestid': 'r'}}, undefined],
    ['200', {status: 200, headers: {}}, undefined],
  ]
  for (const [name, answer, refusal] of answers)
    it(`aws 09: ${name} is ${refusal ?? 'nothing of the kind'}`, () => {
      expect(refusalOf(answer)).to.equal(refusal)
    })
})
