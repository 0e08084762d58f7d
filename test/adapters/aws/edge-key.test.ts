import {expect} from 'chai'
import {Clients} from '../../../src/adapters/aws/clients.js'
import {edgeKey} from '../../../src/adapters/aws/edge-key.js'
import {AWAY, HOME, sampleDeployment} from '../../support/deployment.js'
import {serve} from '../../support/server.js'
import type {Asked, Reply, TestServer} from '../../support/server.js'
import {thrownBy} from '../../support/thrown.js'
import {watch} from '../../support/watch.js'

const json = (body: object, status = 200): Reply => ({
  status,
  headers: {'content-type': 'application/x-amz-json-1.1'},
  body: JSON.stringify(body),
})
const VALUE = json({Name: 'ToDoMgmt/edge', SecretString: 'the-key'})
const DENIED = json({__type: 'AccessDeniedException', message: 'no'}, 400)

describe('the key of the edge', () => {
  let replies: Record<string, Reply>
  let asked: string[]
  let server: TestServer
  let clients: Clients

  beforeEach(async () => {
    replies = {[HOME]: VALUE, [AWAY]: VALUE}
    asked = []
    server = await serve(({headers, body}: Asked) => {
      const [, region] = /\/\d{8}\/([\w-]+)\/secretsmanager\//.exec(headers.authorization!)!
      asked.push(`${region} ${(JSON.parse(body) as {SecretId: string}).SecretId}`)
      return replies[region!]!
    })
    clients = new Clients({endpoint: server.url, credentials: {accessKeyId: 'lab', secretAccessKey: 'lab'}})
  })

  afterEach(async () => {
    await clients.close()
    await server.close()
  })

  const locked = () => {
    const deployment = sampleDeployment()
    deployment.edge.lock = {header: 'x-edge-key', secretName: 'ToDoMgmt/edge'}
    return edgeKey(clients, deployment)
  }

  it('is not asked for where the APIs are not locked', async () => {
    expect(await edgeKey(clients, sampleDeployment())({})).to.deep.equal({})
    expect(asked).to.deep.equal([])
  })

  it('comes from whichever region answers, without waiting for a lost one, and is asked for once', async () => {
    replies[HOME] = 'hang'
    const headers = locked()
    const lost = watch(clients.call('secretsmanager', HOME, 'GetSecretValue', {SecretId: 'another'}))
    expect(await headers({})).to.deep.equal({'x-edge-key': 'the-key'})
    expect(lost.over).to.equal(false)
    expect(await headers({})).to.deep.equal({'x-edge-key': 'the-key'})
    // The lost region's request may still be on its way when the other one has answered.
    expect(asked.filter((one) => one === `${AWAY} ToDoMgmt/edge`)).to.have.length(1)
    expect(asked.filter((one) => one === `${HOME} ToDoMgmt/edge`).length).to.be.at.most(1)
  })

  it('field report 9: is asked for again, once, where it is refused', async () => {
    const headers = locked()
    const old = await headers({})
    const before = asked.length
    replies[HOME] = json({SecretString: 'another-key'})
    replies[AWAY] = json({SecretString: 'another-key'})
    expect(await headers({}, old)).to.deep.equal({'x-edge-key': 'another-key'})
    const after = asked.length
    expect(after).to.be.greaterThan(before)
    // A late answer to the old key says nothing of the new one.
    expect(await headers({}, old)).to.deep.equal({'x-edge-key': 'another-key'})
    expect(asked).to.have.length(after)
  })

  it('is asked for again after a failure, which tells of missing permission rather than of silence', async () => {
    replies = {[HOME]: 'reset', [AWAY]: DENIED}
    const headers = locked()
    expect(await thrownBy(headers({}))).to.include({code: 'AccessDeniedException', exit: 'credentials'})
    replies = {[HOME]: 'reset', [AWAY]: VALUE}
    expect(await headers({})).to.deep.equal({'x-edge-key': 'the-key'})
  })
})
