import {expect} from 'chai'
import {readFileSync} from 'node:fs'
import {LabAddresses, publicAddresses} from '../../../src/adapters/http/address-book.js'
import {HttpApi, PROBE_HEADER} from '../../../src/adapters/http/api.js'
import {Http} from '../../../src/adapters/http/http.js'
import {Unreachable} from '../../../src/errors.js'
import type {Tokens} from '../../../src/ports/world.js'
import {todo} from '../../../src/workloads/todo/index.js'
import {AWAY, HOME, sampleDeployment} from '../../support/deployment.js'
import {CLOSED_PORT, serve} from '../../support/server.js'
import type {Reply, TestServer} from '../../support/server.js'
import {thrownBy} from '../../support/thrown.js'
import {watch} from '../../support/watch.js'

const tokens: Tokens = {
  get: async (region) => ({token: `token of ${region}`, region, expiresAt: 0}),
  issue: async (region) => ({token: `new token of ${region}`, region, expiresAt: 0}),
  refused: async () => undefined,
}

describe('the API over HTTP', () => {
  let reply: Reply
  let server: TestServer
  let http: Http
  let api: HttpApi
  let hosts: {hostname: string; port: number}[]

  beforeEach(async () => {
    reply = {
      body: '{"status":"ok","response":{}}',
      headers: {'x-served-by-region': HOME, 'Content-Type': 'application/json'},
    }
    server = await serve(() => reply)
    hosts = [
      {hostname: 'd1.cloudfront.net', port: server.port},
      {hostname: `api1.execute-api.${HOME}.amazonaws.com`, port: server.port},
    ]
    http = new Http(new LabAddresses(async () => hosts))
    const directHeaders = async () => ({'x-edge-key': 'the-key'})
    api = new HttpApi({http, deployment: sampleDeployment(), tokens, directHeaders, workload: todo})
  })

  afterEach(async () => {
    await http.close()
    await server.close()
  })

  it('asks the edge under its own name, below the path of the request, with the raw token', async () => {
    const answer = await api.edge({method: 'GET', path: '/v1', query: {id: '1'}, token: 'raw'})
    expect(answer).to.deep.include({status: 200, region: HOME, body: {status: 'ok', response: {}}})
    expect(server.asked[0]).to.deep.include({method: 'GET', url: '/v1?id=1'})
    expect(server.asked[0]!.headers).to.include({host: 'd1.cloudfront.net', authorization: 'raw'})
    expect(server.asked[0]!.headers).not.to.have.property('x-edge-key')
  })

  it('makes a connection anew when it is old, so that a name which leads elsewhere is followed', async () => {
    const kept = new Http({locate: async () => ({origin: server.url, path: '/'}), keptMs: 1000})
    for (const pause of [0, 5, 1200, 5]) {
      await new Promise((done) => setTimeout(done, pause))
      await kept.request({method: 'GET', url: new URL('https://api.example.com')})
    }

    await kept.close()
    const [first, second, third, fourth] = server.asked.map(({from}) => from)
    expect([first === second, second === third, third === fourth]).to.deep.equal([true, false, true])
  })

  it('aws 09: marks what it sends through the edge, by what the web ACL of the template counts apart', async () => {
    await api.edge({method: 'GET', path: '/v1', token: 'raw'})
    const [[name, value]] = Object.entries(PROBE_HEADER) as [[string, string]]
    expect(server.asked[0]!.headers[name]).to.equal(value)
    const template = readFileSync(new URL('../../../infra-template/lib/firewall.ts', import.meta.url), 'utf8')
    expect(template).to.contain(`PROBE_HEADER = '${name}'`)
  })

  it('asks a region directly below its stage, with what opens it, and sends JSON', async () => {
    const task = 'it\'s "done" 🎉'
    await api.direct(HOME, {method: 'POST', path: '/v1', body: {task}, token: 't'})
    expect(server.asked[0]).to.deep.include({method: 'POST', url: '/prod/v1', body: JSON.stringify({task})})
    expect(server.asked[0]!.headers).to.include({
      host: `api1.execute-api.${HOME}.amazonaws.com`,
      'content-type': 'application/json',
      'x-edge-key': 'the-key',
    })
  })

  it('has an answer in every status, and no body where that is no JSON', async () => {
    reply = {status: 503, body: '<html>'}
    expect(await api.edge({method: 'GET', path: '/v1'})).to.deep.include({
      status: 503,
      body: undefined,
      region: undefined,
    })
  })

  it('field report 9: asks past the edge once more where its key is refused and has been changed since, and no oftener', async () => {
    let key = 'old'
    const directHeaders = async (_: object, refused?: Record<string, string>) => {
      if (refused) key = 'new'
      return {'x-edge-key': key}
    }

    server.answer = ({headers}) => (headers['x-edge-key'] === 'new' ? reply : {status: 403})
    const locked = new HttpApi({http, deployment: sampleDeployment(), tokens, directHeaders, workload: todo})
    const write = {method: 'POST' as const, path: '/v1', body: {}}
    expect(await locked.direct(HOME, write)).to.include({status: 200})
    expect(server.asked).to.have.length(2)
    server.answer = () => ({status: 403})
    expect(await locked.direct(HOME, write)).to.include({status: 403})
    expect(server.asked).to.have.length(3)
  })

  it('never tries twice', async () => {
    reply = 'reset'
    expect(await thrownBy(api.edge({method: 'POST', path: '/v1', body: {}}))).to.be.instanceOf(Unreachable)
    expect(server.asked).to.have.length(1)
  })

  it('is Unreachable after the deadline of the request', async () => {
    reply = 'hang'
    const usual = watch(api.edge({method: 'GET', path: '/v1'}))
    const since = performance.now()
    expect(await thrownBy(api.edge({method: 'GET', path: '/v1', timeoutMs: 100}))).to.be.instanceOf(Unreachable)
    expect(performance.now() - since).to.be.at.least(80)
    expect(usual.over).to.equal(false)
  })

  it('is Unreachable where the port refuses or the name does not resolve', async () => {
    hosts[0]!.port = CLOSED_PORT
    expect(await thrownBy(api.edge({method: 'GET', path: '/v1'}))).to.be.instanceOf(Unreachable)
    const error = await thrownBy(api.direct(AWAY, {method: 'GET', path: '/v1'}))
    expect(error).to.be.instanceOf(Unreachable)
    expect((error as Error).message).to.contain('does not resolve')
  })

  it('learns names that are deployed later', async () => {
    expect(await thrownBy(api.direct(AWAY, {method: 'GET', path: '/v1'}))).to.be.instanceOf(Unreachable)
    hosts.push({hostname: `api1.execute-api.${AWAY}.amazonaws.com`, port: server.port})
    expect(await api.direct(AWAY, {method: 'GET', path: '/v1'})).to.include({status: 200})
  })

  it('samples health by a read with a token of that region', async () => {
    expect(await api.health(HOME)).to.include({status: 200, ok: true})
    expect(server.asked[0]!.headers.authorization).to.equal(`token of ${HOME}`)
    expect(server.asked[0]!.url).to.equal('/prod/v1?limit=1')
    reply = {status: 502, body: ''}
    expect(await api.health(HOME)).to.include({status: 502, ok: false, code: undefined})
    reply = {status: 503, body: '{"status":"error","response":{"code":"TableMissing","message":"no"}}'}
    expect(await api.health(HOME)).to.include({status: 503, ok: false, code: 'TableMissing'})
  })

  it('leaves names to the resolver on AWS', async () => {
    expect(await publicAddresses.locate(new URL('https://d1.cloudfront.net/v1?id=1'))).to.deep.equal({
      origin: 'https://d1.cloudfront.net',
      path: '/v1?id=1',
    })
  })
})
