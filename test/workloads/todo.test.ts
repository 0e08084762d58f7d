import {expect} from 'chai'
import type {ApiAnswer} from '../../src/ports/workload.js'
import {TODO_PATH, todo} from '../../src/workloads/todo/index.js'

const refusal = (code: string) => ({status: 'error', response: {code, message: '...'}})
const answer = (status: number, body?: unknown): ApiAnswer => ({status, body, headers: {}})

describe('what is asked of the ToDo API', () => {
  it('keeps the request id with the row, and says who wrote it', () => {
    expect(todo.write('r-123456789', 'probe')).to.deep.equal({
      method: 'POST',
      path: TODO_PATH,
      body: {task: 'probe r-123456', status: 'probe', requestId: 'r-123456789'},
    })
    expect(todo.write('r', 'canary').body).to.deep.equal({task: 'todo-dr canary', status: 'canary', requestId: 'r'})
  })

  it('reads one row, or a list that no deletion can empty of meaning', () => {
    expect(todo.read('7').query).to.deep.equal({id: '7'})
    expect(todo.read().query).to.deep.equal({limit: '1'})
  })

  it('starts both writing functions with an id that the table never reaches', () => {
    const NO_ID = String(2n ** 63n - 1n)
    const warming = todo.warming()
    const changes = warming.slice(0, -1)
    expect(changes).to.have.length.above(1)
    for (const change of changes) {
      expect(change).to.include({method: 'POST'})
      expect(change.body).to.include({id: NO_ID}).and.to.not.have.property('requestId')
    }

    expect(warming.at(-1)).to.deep.equal(todo.removal(NO_ID))
  })
})

describe('what an answer says', () => {
  for (const status of [200, 201]) {
    it(`takes ${status} for an acknowledged write`, () => expect(todo.outcomeOf('write', {status})).to.equal('ok'))
  }

  for (const status of [500, 502, 504]) {
    it(`takes ${status} for a write of unsure outcome: the handler may have died after its commit`, () => {
      expect(todo.outcomeOf('write', {status})).to.equal('unsure')
      expect(todo.outcomeOf('removal', {status})).to.equal('unsure')
    })
  }

  for (const status of [400, 401, 403, 404, 409, 413, 415, 429, 503]) {
    it(`takes ${status} for a refused write`, () => expect(todo.outcomeOf('write', {status})).to.equal('fail'))
  }

  it('believes a 503 that says it does not know', () => {
    expect(todo.outcomeOf('write', {status: 503, body: refusal('OutcomeUnknown')})).to.equal('unsure')
    expect(todo.outcomeOf('write', {status: 503, body: refusal('Unsure')})).to.equal('unsure')
    expect(todo.outcomeOf('write', {status: 503, body: refusal('NotPrimary')})).to.equal('fail')
    expect(todo.outcomeOf('write', {status: 503, body: 'Service Unavailable'})).to.equal('fail')
  })

  it('has no unsure reads', () => {
    expect(todo.outcomeOf('read', {status: 200})).to.equal('ok')
    for (const status of [404, 500, 502, 503, 504]) expect(todo.outcomeOf('read', {status})).to.equal('fail')
  })

  it('has an id only where the write is acknowledged', () => {
    const row = {status: 'ok', response: {id: '7', task: 't'}}
    expect(todo.idOf(answer(201, row))).to.equal('7')
    expect(todo.idOf(answer(200, row))).to.equal('7')
    expect(todo.idOf(answer(504, row))).to.equal(undefined)
    for (const body of [undefined, null, 'text', {}, {response: null}, {response: {id: 7}}])
      expect(todo.idOf(answer(201, body)), JSON.stringify(body)).to.equal(undefined)
  })

  it('tells a missing row from a missing table, and both from an answer that says neither', () => {
    expect(todo.isAbsent(answer(404, refusal('ToDoNotFound')))).to.equal(true)
    expect(todo.isAbsent(answer(503, refusal('TableMissing')))).to.equal(false)
    expect(todo.isTableMissing(answer(503, refusal('TableMissing')))).to.equal(true)
    expect(todo.isTableMissing(answer(503, refusal('AccountMissing')))).to.equal(true)
    expect(todo.isTableMissing(answer(503, refusal('NotPrimary')))).to.equal(false)
    expect(todo.isTableMissing(answer(502, '<html>'))).to.equal(false)
  })

  it('reads an error by its code, and none where there is none', () => {
    expect(todo.errorOf(refusal('Busy'))).to.deep.equal({code: 'Busy', message: '...'})
    for (const body of [undefined, null, 'text', {status: 'ok', response: {code: 'x'}}, {present: []}])
      expect(todo.errorOf(body), JSON.stringify(body)).to.equal(undefined)
  })
})
