/** A hostile page in a real browser against a lab that is up. Wants Debian's `chromium`. */

import {expect} from 'chai'
import {once} from 'node:events'
import {existsSync} from 'node:fs'
import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {LambdaClient, ListFunctionsCommand} from '@aws-sdk/client-lambda'
import {Hash} from '@smithy/core/serde'
import {SignatureV4} from '@smithy/signature-v4'
import {strToU8, zipSync} from 'fflate'
import {chromium, type Browser, type Page} from 'playwright-core'
import {Sandbox, type LabStatus} from '../support/cli.js'
import {callLab, labKeys} from '../support/lab.js'
import {skip} from '../support/skip.js'

const CHROMIUM = '/usr/bin/chromium'
const HOME = 'us-east-1'
const EVIL = 'evil.example.com'
const PAGE = '<!doctype html><title>hostile</title>'
const FUNCTIONS = '/2015-03-31/functions'

interface Heard {
  /** 0: the browser keeps the answer from the page. */
  status: number
  error?: string
}

const HANDLER = zipSync({'index.mjs': strToU8('export const handler = async () => "owned"')})
const creation = (FunctionName: string): string =>
  JSON.stringify({
    FunctionName,
    Runtime: 'nodejs22.x',
    Role: 'arn:aws:iam::000000000000:role/any',
    Handler: 'index.handler',
    Code: {ZipFile: Buffer.from(HANDLER).toString('base64')},
  })

describe('a web page while a lab is up', function () {
  this.timeout(360_000)
  const sandbox = new Sandbox()
  let lab: LabStatus
  let browser: Browser
  let server: Server
  let hostilePort: number

  before(async function () {
    if (!existsSync(CHROMIUM)) skip(this, `Chromium is not installed as ${CHROMIUM}`)
    await sandbox.expect(0, ['lab', 'start'])
    lab = await sandbox.json<LabStatus>(['lab', 'status'])
    server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(PAGE))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    hostilePort = (server.address() as AddressInfo).port
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      // Root may not have the sandbox. The attacker's name leads to loopback, as after a rebinding.
      // Newer browsers ask before a page of the internet reaches loopback; the lab must not rely on it.
      args: [
        '--no-sandbox',
        `--host-resolver-rules=MAP ${EVIL} 127.0.0.1`,
        '--disable-features=LocalNetworkAccessChecks',
      ],
    })
  })

  after(async () => {
    await browser?.close()
    server?.close()
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  beforeEach(async () => {
    expect((await callLab(lab, 'DELETE', 'calls')).status).to.equal(200)
  })

  /** Path and query of a call that is signed in its query, which needs no preflight. */
  async function querySigned(path: string, body: string, secret: string, host: string): Promise<string> {
    const [hostname, port] = host.split(':')
    const signer = new SignatureV4({
      service: 'lambda',
      region: HOME,
      credentials: {accessKeyId: 'lab', secretAccessKey: secret},
      sha256: Hash.bind(null, 'sha256') as never,
    })
    const request = {
      method: 'POST',
      protocol: 'http:',
      hostname: hostname!,
      port: Number(port),
      path,
      query: {},
      headers: {host},
      body,
    }
    const {query = {}} = await signer.presign(request, {expiresIn: 300})
    return `${path}?${new URLSearchParams(query as Record<string, string>).toString()}`
  }

  const open = async (url: string): Promise<Page> => {
    const page = await browser.newPage()
    await page.goto(url)
    return page
  }

  const fetchIn = (page: Page, url: string, init: RequestInit = {}): Promise<Heard> =>
    page.evaluate(
      async ([target, options]) => {
        try {
          const {status} = await fetch(target, options)
          return {status}
        } catch (error) {
          return {status: 0, error: String(error)}
        }
      },
      [url, init] as const,
    )

  /** What a page can do without being asked first: a simple request, a form, an image. */
  async function sendSilently(page: Page, url: string, body: string): Promise<void> {
    await fetchIn(page, url, {method: 'POST', mode: 'no-cors', body, headers: {'content-type': 'text/plain'}})
    await page.evaluate(`new Promise((resolve) => {
      const image = new Image()
      image.onload = image.onerror = resolve
      image.src = ${JSON.stringify(url)}
    }).then(() => undefined)`)
  }

  const functions = async (): Promise<string[]> => {
    const client = new LambdaClient({region: HOME, endpoint: lab.endpoint, credentials: labKeys(lab)})
    const {Functions = []} = await client.send(new ListFunctionsCommand({}))
    return Functions.map(({FunctionName}) => FunctionName!)
  }

  /** What reached the services of the lab, tests' own look at its functions aside. */
  async function reached(): Promise<string[]> {
    const {calls} = (await (await callLab(lab, 'GET', 'calls')).json()) as {calls: {operation: string}[]}
    return calls.map(({operation}) => operation).filter((operation) => operation !== 'ListFunctions')
  }

  const hostOf = (url: string): string => new URL(url).host

  it('is refused what a program of the owner may do with the very same request', async () => {
    const host = hostOf(lab.endpoint)
    const {secretAccessKey} = labKeys(lab)
    const body = creation('by-its-owner')
    const url = `${lab.endpoint}${await querySigned(FUNCTIONS, body, secretAccessKey, host)}`
    const {status} = await fetch(url, {method: 'POST', body})
    expect(status).to.equal(201)
    expect(await functions()).to.include('by-its-owner')
    expect(await reached()).to.deep.equal(['CreateFunction'])
  })

  for (const name of ['localhost', EVIL]) {
    it(`cannot create or invoke a function from ${name}, not even with the lab's secret`, async () => {
      const page = await open(`http://${name}:${hostilePort}/`)
      const host = hostOf(lab.endpoint)
      for (const secret of ['lab', labKeys(lab).secretAccessKey]) {
        const body = creation('by-a-page')
        await sendSilently(page, `${lab.endpoint}${await querySigned(FUNCTIONS, body, secret, host)}`, body)
        const invocation = `${FUNCTIONS}/by-its-owner/invocations`
        await sendSilently(page, `${lab.endpoint}${await querySigned(invocation, '{}', secret, host)}`, '{}')
        const headers = {
          authorization: `AWS4-HMAC-SHA256 Credential=lab/x, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
        }
        expect((await fetchIn(page, lab.endpoint + FUNCTIONS, {method: 'POST', body, headers})).status).to.equal(0)
      }

      expect(await reached()).to.deep.equal([])
      expect(await functions()).not.to.include('by-a-page')
      await page.close()
    })

    it(`has no power over the lab itself from ${name}`, async () => {
      const page = await open(`http://${name}:${hostilePort}/`)
      const headers = {authorization: `Bearer ${labKeys(lab).secretAccessKey}`}
      for (const [method, path] of [
        ['POST', 'stop'],
        ['GET', 'status'],
        ['PUT', 'clock'],
      ] as const) {
        const url = `${lab.endpoint}/_lab/${path}`
        expect((await fetchIn(page, url, {method, headers})).status, path).to.equal(0)
        if (method !== 'PUT') await fetchIn(page, url, {method, mode: 'no-cors'})
      }

      expect(await sandbox.json<LabStatus>(['lab', 'status'])).to.deep.equal(lab)
      await page.close()
    })
  }

  it('has no power after a DNS rebinding, by which it is of the same origin as the port', async () => {
    const {secretAccessKey} = labKeys(lab)
    const {edgeUrl, regions} = lab
    const ports = [lab.endpoint, edgeUrl, ...regions.flatMap(({apiUrl, tokenUrl}) => [apiUrl, tokenUrl])]
    for (const url of ports) {
      const {port, pathname} = new URL(url)
      const origin = `http://${EVIL}:${port}`
      const page = await browser.newPage()
      // The attacker's own server has answered for the page; from now on its name leads to the lab.
      await page.route(`${origin}/page`, (route) => route.fulfill({contentType: 'text/html', body: PAGE}))
      await page.goto(`${origin}/page`)
      expect(await fetchIn(page, origin + pathname), url).to.deep.equal({status: 403})
      if (url === lab.endpoint) {
        const headers = {authorization: `Bearer ${secretAccessKey}`}
        expect((await fetchIn(page, `${origin}/_lab/status`, {headers})).status).to.equal(403)
        const body = creation('by-rebinding')
        const path = await querySigned(FUNCTIONS, body, secretAccessKey, `${EVIL}:${port}`)
        expect((await fetchIn(page, origin + path, {method: 'POST', body})).status).to.equal(403)
      }

      await page.close()
    }

    expect(await reached()).to.deep.equal([])
    expect(await functions()).not.to.include('by-rebinding')
  })

  it('reads of the edge, the APIs and the token endpoints what AWS would let it read: what says so in a CORS header', async () => {
    const page = await open(`http://${EVIL}:${hostilePort}/`)
    const urls = [`${lab.edgeUrl}/v1`, ...lab.regions.flatMap(({apiUrl, tokenUrl}) => [`${apiUrl}/v1`, tokenUrl])]
    for (const url of urls) {
      const {status, headers} = await fetch(url)
      expect(status, url).to.be.within(401, 405)
      const readable = headers.has('access-control-allow-origin')
      expect((await fetchIn(page, url)).status, url).to.equal(readable ? status : 0)
    }

    await page.close()
  })
})
