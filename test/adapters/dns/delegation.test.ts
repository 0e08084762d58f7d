import {expect} from 'chai'
import {delegationOf} from '../../../src/adapters/dns/delegation.js'

describe('who answers for a zone', () => {
  const asked = (resolveNs: () => Promise<string[]>) =>
    delegationOf('example.com', {}, {resolveNs, cancel: () => undefined})
  const failed = (code: string) => () => Promise.reject(Object.assign(new Error(code), {code}))

  it('is told in lower case, is nobody for a zone that nobody knows, and unknown where DNS does not tell', async () => {
    expect(await asked(async () => ['NS-1.Example.net'])).to.deep.equal(['ns-1.example.net'])
    expect(await asked(failed('ENOTFOUND'))).to.deep.equal([])
    expect(await asked(failed('ENODATA'))).to.deep.equal([])
    expect(await asked(failed('ESERVFAIL'))).to.equal(undefined)
    expect(await asked(failed('ECONNREFUSED'))).to.equal(undefined)
  })
})
