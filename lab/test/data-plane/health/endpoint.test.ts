import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'

import {expect} from 'chai'

import {look, type Endpoint} from '../../../src/data-plane/health/endpoint.js'

describe('a look at an endpoint', () => {
  let server: Server
  let port: number
  let seen: {host?: string; agent?: string; url?: string}

  before(async () => {
    server = createServer((request, response) => {
      const {url} = request
      seen = {host: request.headers.host, agent: request.headers['user-agent'], url}
      if (url === '/silent') return
      response.writeHead(Number(url?.slice(1)) || 200)
      response.end(url === '/long' ? `${'x'.repeat(5117)}needle` : url === '/early' ? 'a needle' : 'ok')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    ;({port} = server.address() as AddressInfo)
  })

  after(() => {
    server.closeAllConnections()
    server.close()
  })

  const endpoint = (path: string, searchString?: string): Endpoint => ({
    id: 'check',
    scheme: 'HTTPS',
    hostname: 'api.example.com',
    path,
    searchString,
  })
  const verdict = async (path: string, searchString?: string) =>
    (await look(endpoint(path, searchString), port)).healthy

  it('takes statuses of 200 to 399, and says which one came', async () => {
    expect(await verdict('/200')).to.equal(true)
    expect(await verdict('/399')).to.equal(true)
    expect(await verdict('/400')).to.equal(false)
    expect(await look(endpoint('/503'), port)).to.deep.equal({
      healthy: false,
      text: 'Failure: HTTP Status Code 503, Service Unavailable.',
    })
  })

  it('asks for the host by its name, as a health checker', async () => {
    await look(endpoint('/prod/health'), port)
    expect(seen).to.deep.include({host: 'api.example.com', url: '/prod/health'})
    expect(seen.agent).to.match(/^Amazon-Route53-Health-Check-Service \(ref check;/)
  })

  it('looks for a text in the first 5,120 bytes', async () => {
    expect(await verdict('/early', 'needle')).to.equal(true)
    expect(await verdict('/early', 'haystack')).to.equal(false)
    expect(await verdict('/long', 'needle')).to.equal(false)
    expect(await verdict('/503', 'ok')).to.equal(false)
  })

  it('fails where nothing listens, nothing answers in time, or the name leads nowhere', async () => {
    expect((await look(endpoint('/'), 1)).text).to.match(/^Failure: .*ECONNREFUSED/)
    expect((await look(endpoint('/silent'), port)).text).to.match(/no response within two seconds/)
    expect((await look(endpoint('/'), undefined)).text).to.match(/DNS resolution failed/)
  })

  it('of a TCP check needs a connection only', async () => {
    const tcp: Endpoint = {...endpoint('/'), scheme: 'TCP'}
    expect((await look(tcp, port)).healthy).to.equal(true)
    expect((await look(tcp, 1)).healthy).to.equal(false)
  })
})
