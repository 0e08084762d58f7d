import {expect} from 'chai'
import type {Clients} from '../../src/adapters/aws/clients.js'
import type {Project} from '../../src/config/project.js'
import type {DrEvent} from '../../src/messages.js'
import type {Delivery} from '../../src/model/delivery.js'
import type {Session} from '../../src/open/session.js'
import {checkConnection} from '../../src/open/source-connection.js'
import {serve} from '../support/server.js'
import type {TestServer} from '../support/server.js'

const connection = 'arn:aws:codeconnections:eu-west-1:123456789012:connection/0f8fad5b-d9cb-469f-a165-70867728950e'
const OUTSIDE: Delivery = {source: 'connection', branch: 'main', connection, repository: 'owner/name'}

describe('a deployment with a source outside of AWS', () => {
  let server: TestServer
  let clients: Clients

  beforeEach(async () => {
    server = await serve(() => 'reset')
    // As the code under test loads it: an error of another copy of the module is another error.
    const {Clients: Made} = await import('../../src/adapters/aws/clients.js')
    clients = new Made({endpoint: server.url, credentials: {accessKeyId: 'a', secretAccessKey: 'b'}})
  })

  afterEach(async () => {
    await clients.close()
    await server.close()
  })

  /** What it says of a project, and what it asks of a lab. */
  async function said(
    delivery: Delivery | undefined,
    answer: {status?: number; body: object},
    isLab = false,
  ): Promise<{warnings: DrEvent[]; made: unknown[]}> {
    const warnings: DrEvent[] = []
    const made: unknown[] = []
    server.answer = () => ({
      status: answer.status ?? 200,
      headers: {'content-type': 'application/x-amz-json-1.0'},
      body: JSON.stringify(answer.body),
    })
    const session = {
      options: {emit: (event: DrEvent) => void warnings.push(event)},
      clients: async () => clients,
      lab: async () => (isLab ? {connection: async (...given: unknown[]) => void made.push(given)} : undefined),
    }
    await checkConnection(session as unknown as Session, {own: {delivery}} as Project)
    return {warnings, made}
  }

  const status = (ConnectionStatus: string) => ({body: {Connection: {ConnectionStatus}}})

  it('asks for nothing where the source is inside, and says nothing of what is available', async () => {
    expect(await said(undefined, {status: 500, body: {}})).to.deep.equal({warnings: [], made: []})
    expect(await said({source: 'codecommit', branch: 'main'}, {status: 500, body: {}})).to.deep.equal({
      warnings: [],
      made: [],
    })
    expect(server.asked).to.have.length(0)
    expect(await said(OUTSIDE, status('AVAILABLE'))).to.deep.equal({warnings: [], made: []})
  })

  it('warns of a connection that nobody has completed, that is missing, and that cannot be looked at', async () => {
    const warned = async (answer: {status?: number; body: object}): Promise<{text: string; hint?: string}> => {
      const {warnings} = await said(OUTSIDE, answer)
      expect(warnings.map(({code}) => code)).to.deep.equal(['warning'])
      return warnings[0] as unknown as {text: string; hint?: string}
    }

    const pending = await warned(status('PENDING'))
    expect(pending.text).to.contain(connection).and.contain('it is PENDING')
    expect(pending.hint).to.contain('Update pending connection')
    const missing = await warned({status: 400, body: {__type: 'ResourceNotFoundException'}})
    expect(missing.text).to.contain('there is no such connection')
    const denied = await warned({status: 400, body: {__type: 'AccessDeniedException', Message: 'no'}})
    expect(denied.text).to.contain('it is not known whether')
    expect(denied.hint).to.be.a('string')
  })

  it('gives a lab the connection and the repository first', async () => {
    const {made} = await said(OUTSIDE, status('AVAILABLE'), true)
    expect(made).to.deep.equal([[connection, 'owner/name']])
  })
})
