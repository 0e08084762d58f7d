import {expect} from 'chai'
import {DrError, Unreachable} from '../../src/errors.js'
import type {Functions} from '../../src/ports/world.js'
import {presentIn} from '../../src/workloads/presence.js'
import {setUp} from '../../src/workloads/set-up.js'
import {todo} from '../../src/workloads/todo/index.js'
import {thrownBy} from '../support/thrown.js'

const ask = (invoke: Functions['invoke'], ids: string[]) =>
  presentIn({functions: {invoke}, workload: todo}, 'us-east-2', ids)

describe('the presence of request ids', () => {
  it('is asked of the presence function of the region, in calls of no more than it takes, each id once', async () => {
    const calls: string[][] = []
    const ids = Array.from({length: 2 * todo.presence.most + 1}, (_, index) => `r${index}`)
    const present = await ask(async (region, role, payload) => {
      expect([region, role]).to.deep.equal(['us-east-2', 'presence'])
      const {requestIds} = payload as {requestIds: string[]}
      calls.push(requestIds)
      return {present: requestIds.filter((id) => id.endsWith('0'))}
    }, ids)
    expect(calls.map((call) => call.length).sort()).to.deep.equal([1, todo.presence.most, todo.presence.most])
    expect(calls.flat().sort()).to.deep.equal([...ids].sort())
    expect([...present].sort()).to.deep.equal(ids.filter((id) => id.endsWith('0')).sort())
  })

  it('is not taken for none where the answer is strange, or one call of several fails', async () => {
    for (const answer of [undefined, {}, {present: 'all'}])
      expect(await thrownBy(ask(async () => answer, ['r1']))).to.include({code: 'AnswerUnexpected'})
    let calls = 0
    const ids = Array.from({length: todo.presence.most + 1}, (_, index) => `r${index}`)
    const failing: Functions['invoke'] = async () => {
      if (++calls === 2) throw new Error('throttled')
      return {present: []}
    }
    expect(await thrownBy(ask(failing, ids))).to.have.property('message', 'throttled')
  })
})

describe('the setup', () => {
  it('asks the migrate function for the table first, then for the samples', async () => {
    const sent: unknown[] = []
    const functions: Functions = {invoke: async (region, role, payload) => void sent.push([region, role, payload])}
    await setUp({functions, workload: todo}, 'us-east-1')
    expect(sent).to.deep.equal([
      ['us-east-1', 'migrate', {action: 'CREATE_TABLE'}],
      ['us-east-1', 'migrate', {action: 'SEED'}],
    ])
  })

  it('aws 03: is repeated where an answer was lost, which is safe, and not where the function said no', async () => {
    const failures: DrError[] = [new Unreachable('lambda:Invoke in us-east-1 got no answer')]
    const sent: unknown[] = []
    const invoke: Functions['invoke'] = async (_region, _role, payload) => {
      sent.push(payload)
      const failure = failures.shift()
      if (failure) throw failure
      return {}
    }
    await setUp({functions: {invoke}, workload: todo}, 'us-east-1')
    expect(sent).to.deep.equal([{action: 'CREATE_TABLE'}, {action: 'CREATE_TABLE'}, {action: 'SEED'}])
    failures.push(new DrError({code: 'DatabaseUnavailable', exit: 'failed', what: 'not now', next: '', passing: true}))
    await setUp({functions: {invoke}, workload: todo}, 'us-east-1')
    expect(sent).to.have.length(6)
    failures.push(new DrError({code: 'FunctionFailed', exit: 'failed', what: 'no', next: ''}))
    expect(await thrownBy(setUp({functions: {invoke}, workload: todo}, 'us-east-1'))).to.include({
      code: 'FunctionFailed',
    })
    expect(sent).to.have.length(7)
  })

  it('does nothing where the workload has none', async () => {
    const functions: Functions = {invoke: () => Promise.reject(new Error('asked'))}
    const {setup, ...workload} = todo
    expect(setup).not.to.equal(undefined)
    await setUp({functions, workload}, 'us-east-1')
  })
})
