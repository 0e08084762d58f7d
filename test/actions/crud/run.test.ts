import {expect} from 'chai'
import {apiError, callApi} from '../../../src/actions/crud/run.js'
import type {DrError, ExitName} from '../../../src/errors.js'
import {SimulatedWorld} from '../../support/simulated-world.js'
import {thrownBy} from '../../support/thrown.js'

describe('errors of the API', () => {
  for (const status of [200, 302, 404])
    it(`field report 29: name an edge that answers with a page, status ${status}`, async () => {
      const {world} = new SimulatedWorld().connect()
      const edge = async () => ({status, headers: {}})
      const openWorld = async () => ({...world, api: {...world.api, edge}})
      const {signal} = new AbortController()
      const asked = callApi({openWorld, request: {method: 'GET'}, emit: () => undefined, signal})
      const error = (await thrownBy(asked)) as DrError
      expect(error).to.include({code: 'NotTheApi', exit: 'failed'})
      expect(error.message).to.contain(world.deployment.edge.url)
    })

  const EXPECTED: [status: number, exit: ExitName][] = [
    [400, 'usage'],
    [401, 'credentials'],
    [403, 'credentials'],
    [404, 'failed'],
    [409, 'failed'],
    [413, 'usage'],
    [415, 'usage'],
    [429, 'failed'],
    [500, 'failed'],
    [503, 'failed'],
  ]

  for (const [status, exit] of EXPECTED) {
    it(`end "${exit}" for HTTP ${status}, with the API's own words and a next step`, () => {
      const body = {status: 'error', response: {code: 'TaskTooLong', message: 'the task is too long'}}
      const error = apiError({status, region: 'us-east-1', body, headers: {'x-amzn-requestid': 'r-1'}})
      expect(error).to.include({exit, code: 'TaskTooLong', why: 'the task is too long', requestId: 'r-1'})
      expect(error.message).to.contain(`HTTP ${status} from us-east-1`)
      expect(error.next).to.be.a('string')
    })
  }

  it('take the words of the gateway, which answers in another form, or none', () => {
    expect(apiError({status: 401, body: {message: 'Unauthorized'}, headers: {}})).to.include({
      code: 'Http401',
      why: 'Unauthorized',
    })
    expect(apiError({status: 502, body: undefined, headers: {}})).to.include({code: 'Http502', why: undefined})
  })

  it('call an answer that says ok in an unknown form a failure', () => {
    expect(apiError({status: 200, body: '<html>', headers: {}}).exit).to.equal('failed')
  })
})
