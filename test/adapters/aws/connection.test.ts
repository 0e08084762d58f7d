import {expect} from 'chai'
import {Clients} from '../../../src/adapters/aws/clients.js'
import {connectionStatus} from '../../../src/adapters/aws/connection.js'
import {Client, GetConnectionCommand} from '../../../src/adapters/aws/sdk/codeconnections.js'
import {serve} from '../../support/server.js'
import type {Asked, TestServer} from '../../support/server.js'
import {thrownBy} from '../../support/thrown.js'

const ARN = 'arn:aws:codeconnections:eu-west-1:123456789012:connection/0f8fad5b-d9cb-469f-a165-70867728950e'

describe('the connection of a delivery pipeline', () => {
  let server: TestServer
  let clients: Clients

  const answers = (status: number, body: object): void => {
    const headers = {'content-type': 'application/x-amz-json-1.0'}
    server.answer = () => ({status, headers, body: JSON.stringify(body)})
  }

  beforeEach(async () => {
    server = await serve(() => 'reset')
    clients = new Clients({endpoint: server.url, credentials: {accessKeyId: 'a', secretAccessKey: 'b'}})
  })

  afterEach(async () => {
    await clients.close()
    await server.close()
  })

  it('is asked for in its own region, as the service wants it', async () => {
    answers(200, {Connection: {ConnectionArn: ARN, ConnectionStatus: 'PENDING', ProviderType: 'GitHub'}})
    expect(await connectionStatus(clients, ARN, {})).to.equal('PENDING')
    const [{headers, body}] = server.asked as [Asked]
    expect(JSON.parse(body)).to.deep.equal({ConnectionArn: ARN})
    expect(headers).to.include({
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'com.amazonaws.codeconnections.CodeConnections_20231201.GetConnection',
    })
    expect(headers.authorization).to.match(/\/eu-west-1\/codeconnections\/aws4_request/)
  })

  it('is undefined where there is none, and what AWS refuses is told', async () => {
    answers(400, {__type: 'com.amazonaws.codeconnections#ResourceNotFoundException', Message: 'Connection not found'})
    expect(await connectionStatus(clients, ARN, {})).to.equal(undefined)
    answers(400, {__type: 'AccessDeniedException', Message: 'no'})
    expect(await thrownBy(connectionStatus(clients, ARN, {}))).to.include({exit: 'credentials'})
  })

  it('is asked for at the address of the service on AWS', async () => {
    const hosts: string[] = []
    const requestHandler = {
      async handle({hostname}: {hostname: string}): Promise<never> {
        hosts.push(hostname)
        throw new Error('nobody is asked')
      },
    }
    const client = new Client({
      region: 'eu-west-1',
      credentials: {accessKeyId: 'a', secretAccessKey: 'b'},
      maxAttempts: 1,
      requestHandler,
    })
    await thrownBy(client.send(new GetConnectionCommand({ConnectionArn: ARN}) as never))
    expect(hosts).to.deep.equal(['codeconnections.eu-west-1.amazonaws.com'])
  })
})
