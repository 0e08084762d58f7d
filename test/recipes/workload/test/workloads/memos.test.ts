import {expect} from 'chai'
import {openWorkload} from '../../src/open/workload.js'
import {memos} from '../../src/workloads/memos/index.js'

describe('the memos', () => {
  it('are the workload that a target opens', async () => {
    expect((await openWorkload()).path).to.equal(memos.path)
  })

  it('keep the request id, and call a write stored only where it surely is', () => {
    expect(memos.write('r1', 'canary')).to.deep.equal({method: 'PUT', path: '/memos/r1', body: {text: 'canary'}})
    expect(memos.idOf({status: 201, body: {key: 'r1'}, headers: {}})).to.equal('r1')
    const outcomes = [201, 400, 429, 500, 504].map((status) => memos.outcomeOf('write', {status}))
    expect(outcomes).to.deep.equal(['ok', 'fail', 'fail', 'unsure', 'unsure'])
    expect(memos.outcomeOf('read', {status: 504})).to.equal('fail')
  })
})
