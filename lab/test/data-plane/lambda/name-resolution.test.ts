import {createServer as createTlsServer} from 'node:tls'
import {readFileSync} from 'node:fs'
import {createServer, type IncomingMessage} from 'node:http'
import type {AddressInfo} from 'node:net'

import {expect} from 'chai'

import type {Service} from '../../../src/kernel.js'
import {LambdaService} from '../../../src/aws/lambda/service.js'
import {AWAY, HOME, createFunction, invoke, startTestLab, type TestLab} from '../../support/lab-data-plane.js'

/** Connects as it is told: plain, with TLS, by lookup, or with fetch. */
const CLIENT = `
  import dns from 'node:dns'
  import {lookup} from 'node:dns/promises'
  import https from 'node:https'
  import net, {connect} from 'node:net'
  import tls from 'node:tls'
  const ended = (socket) => new Promise((resolve) => {
    let text = ''
    socket.on('data', (chunk) => { text += chunk }).on('end', () => resolve(text)).on('error', (error) => resolve(error.code))
  })
  export const handler = async ({how, host}) => {
    if (how === 'net') return ended(connect(3306, host))
    if (how === 'options') return ended(net.createConnection({host, port: 3306}))
    if (how === 'socket') return ended(new net.Socket().connect({host, port: 3306}))
    if (how === 'tls') return ended(tls.connect({host, port: 3306, servername: host}))
    if (how === 'upgrade') return ended(tls.connect({socket: connect(3306, host), servername: host}))
    if (how === 'fetch') return fetch('http://' + host + '/').then((response) => response.text(), (error) => error.cause.code)
    if (how === 'https') return new Promise((resolve) => https.get('https://' + host + '/keys?a=b', {timeout: 5000}, (response) => resolve(ended(response))).on('error', (error) => resolve(error.code)))
    if (how === 'lookup') return lookup(host).then(({address}) => address, (error) => error.code)
    if (how === 'callback') return new Promise((resolve) => dns.lookup(host, (error, address) => resolve(error ? error.code : address)))
  }`

describe('name resolution of a function', () => {
  let test: TestLab
  const ask = async (how: string, host: string, name = 'client') => (await invoke(test.lab, name, {how, host})).payload

  before(async () => {
    test = await startTestLab([LambdaService])
    await createFunction(test.lab, 'client', CLIENT)
  })

  after(() => test.stop())

  it("leads AWS's names of its own region to where they are served, whatever the port and the way", async () => {
    const {port} = await test.lab.ports.tcp(HOME, 'proxy', (socket) => socket.end('hello'))
    test.lab.hosts.register('proxy.us-east-1.rds.amazonaws.com', HOME, port)
    for (const how of ['net', 'options', 'socket']) {
      expect(await ask(how, 'Proxy.us-east-1.rds.amazonaws.com'), how).equal('hello')
    }

    expect(await ask('lookup', 'proxy.us-east-1.rds.amazonaws.com')).equal('127.0.0.1')
    expect(await ask('callback', 'proxy.us-east-1.rds.amazonaws.com')).equal('127.0.0.1')
  })

  it('leads HTTP there too', async () => {
    const {port} = await test.lab.ports.http(HOME, 'api', (request, response) => response.end(request.headers.host))
    test.lab.hosts.register('api.execute-api.us-east-1.amazonaws.com', HOME, port)
    expect(await ask('fetch', 'api.execute-api.us-east-1.amazonaws.com')).equal(
      'api.execute-api.us-east-1.amazonaws.com',
    )
  })

  it('leads HTTPS there too, from outside a network to the public names of the other region as well', async () => {
    const keys = 'cognito-idp.us-east-2.amazonaws.com'
    const {port} = await test.lab.ports.http(AWAY, keys, (request, response) =>
      response.end(`${request.headers.host}${request.url}`),
    )
    test.lab.hosts.register(keys, AWAY, port)
    const VpcConfig = {SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1']}
    await createFunction(test.lab, 'inside', CLIENT, {VpcConfig})
    expect(await ask('https', keys)).equal(`${keys}/keys?a=b`)
    expect(await ask('https', keys, 'inside')).equal('ENOTFOUND')
    await test.lab.faults.start({kind: 'region-loss', region: AWAY})
    expect(await ask('https', keys)).equal('ECONNREFUSED')
    await test.lab.faults.lift({kind: 'region-loss', region: AWAY})
    expect(await ask('https', keys)).equal(`${keys}/keys?a=b`)
  })

  it("fails for names of the other region, and for AWS's names that nobody serves", async () => {
    const {port} = await test.lab.ports.tcp(AWAY, 'other', (socket) => socket.end('reached'))
    test.lab.hosts.register('proxy.us-east-2.rds.amazonaws.com', AWAY, port)
    for (const host of [
      'proxy.us-east-2.rds.amazonaws.com',
      'secretsmanager.us-east-1.amazonaws.com',
      'd1.cloudfront.net',
    ]) {
      for (const how of ['net', 'socket', 'tls', 'fetch', 'lookup', 'callback']) {
        expect(await ask(how, host), `${how} ${host}`).equal('ENOTFOUND')
      }
    }
  })

  it("verifies a server's certificate against the lab's CA, by its AWS name", async () => {
    const serve = async (name: string, dnsNames: string[]) => {
      const {certFile, keyFile} = await test.lab.pki.issue(name, dnsNames)
      const server = createTlsServer({cert: readFileSync(certFile), key: readFileSync(keyFile)}, (socket) =>
        socket.end('secure'),
      )
      server.on('tlsClientError', () => undefined)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      test.lab.onStop(() => void server.close())
      test.lab.hosts.register(`${name}.us-east-1.rds.amazonaws.com`, HOME, (server.address() as AddressInfo).port)
    }
    await serve('good', ['good.us-east-1.rds.amazonaws.com'])
    await serve('bad', ['other.us-east-1.rds.amazonaws.com'])
    expect(await ask('tls', 'good.us-east-1.rds.amazonaws.com')).equal('secure')
    expect(await ask('upgrade', 'good.us-east-1.rds.amazonaws.com')).equal('secure')
    expect(await ask('tls', 'bad.us-east-1.rds.amazonaws.com')).equal('ERR_TLS_CERT_ALTNAME_INVALID')
  })

  it('tells a warm environment of names that came or went since', async () => {
    const host = 'late.us-east-1.rds.amazonaws.com'
    expect(await ask('net', host)).equal('ENOTFOUND')
    const {port} = await test.lab.ports.tcp(HOME, 'late', (socket) => socket.end('here'))
    test.lab.hosts.register(host, HOME, port)
    expect(await ask('net', host)).equal('here')
    test.lab.hosts.unregister(host)
    expect(await ask('net', host)).equal('ENOTFOUND')
  })
})

describe("a custom resource's reply", () => {
  it('reaches the lab, in CommonJS and ES modules alike', async () => {
    const received: {method: string | undefined; url: string | undefined; body: string}[] = []
    const server = createServer(async (request: IncomingMessage, response) => {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      received.push({method: request.method, url: request.url, body})
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const test = await startTestLab([])
    const {port} = server.address() as AddressInfo
    // The control port of this lab is the server above: replies go wherever AWS_ENDPOINT_URL points.
    const lab = Object.create(test.lab, {endpoint: {value: `http://127.0.0.1:${port}`}}) as typeof test.lab
    const service: Service = new LambdaService(lab)
    test.lab.register(service)
    try {
      const put = `new Promise((resolve, reject) => {
        const url = new URL(event.ResponseURL)
        const body = JSON.stringify({Status: 'SUCCESS'})
        const sent = request({hostname: url.hostname, path: url.pathname + url.search, method: 'PUT', headers: {'content-length': Buffer.byteLength(body)}}, (response) => resolve(response.statusCode))
        sent.on('error', reject)
        sent.write(body)
        sent.end()
      })`
      await createFunction(
        test.lab,
        'esm',
        `import {request} from 'node:https'; export const handler = (event) => ${put}`,
      )
      await createFunction(
        test.lab,
        'cjs',
        `import {createRequire} from 'node:module'; const request = (...args) => createRequire(import.meta.url)('https').request(...args); export const handler = (event) => ${put}`,
      )
      const event = {ResponseURL: 'https://cloudformation-custom-resource-response.lab/token-1?a=b'}
      expect((await invoke(test.lab, 'esm', event)).payload).equal(200)
      expect((await invoke(test.lab, 'cjs', event)).payload).equal(200)
      expect(received).deep.equal(
        Array.from({length: 2}, () => ({
          method: 'PUT',
          url: '/_cfn-response/token-1?a=b',
          body: '{"Status":"SUCCESS"}',
        })),
      )
    } finally {
      await test.stop()
      server.close()
    }
  })
})
