import {expect} from 'chai'
import type {LookupAddress} from 'node:dns'
import {promisify} from 'node:util'
import {keptLookup} from '../../../src/adapters/dns/kept-lookup.js'

describe('a lookup that keeps addresses', () => {
  it('asks again when its own time is over, for each host apart, and keeps no failure', async () => {
    let now = 0
    let answer: LookupAddress[] | Error = new Error('ENOTFOUND')
    const asked: string[] = []
    const lookup = keptLookup(
      300,
      (hostname, _, told) => {
        asked.push(hostname)
        if (answer instanceof Error) told(answer, [])
        else told(null, answer)
      },
      () => now,
    )
    const resolved = async (hostname: string, all: boolean): Promise<unknown> =>
      promisify((told: (error: Error | null, address: unknown) => void) => lookup(hostname, {all}, told))()
    await resolved('a', true).catch(() => undefined)
    answer = [{address: '192.0.2.1', family: 4}]
    expect(await resolved('a', true)).to.deep.equal([{address: '192.0.2.1', family: 4}])
    answer = [{address: '192.0.2.2', family: 4}]
    now = 299_999
    expect(await resolved('a', false)).to.equal('192.0.2.1')
    expect(await resolved('b', false)).to.equal('192.0.2.2')
    now = 300_000
    expect(await resolved('a', false)).to.equal('192.0.2.2')
    expect(asked).to.deep.equal(['a', 'a', 'b', 'a'])
  })
})
