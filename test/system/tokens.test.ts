/** Clients that hold tokens of the region that is lost. */

import {expect} from 'chai'
import {request} from 'node:http'
import {
  CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
  ListUserPoolClientsCommand,
  ListUserPoolsCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import {callLab, labKeys} from '../support/lab.js'
import {Sandbox, type LabStatus} from '../support/cli.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'
/** Milliseconds between two requests of the load. */
const EVERY_MS = 40

interface Answer {
  at: number
  method: string
  /** Undefined without an answer. */
  status: number | undefined
  region: string | undefined
}

/** A request on a connection of its own: nothing of it is tried again. */
const ask = (url: string, token: string, body?: string): Promise<Answer> =>
  new Promise((done) => {
    const at = Date.now()
    const method = body === undefined ? 'GET' : 'POST'
    const headers = {authorization: token, ...(body !== undefined && {'content-type': 'application/json'})}
    const sent = request(url, {method, headers, agent: false, timeout: 10_000}, (response) => {
      response.resume()
      const region = response.headers['x-served-by-region'] as string | undefined
      response.on('end', () => done({at, method, status: response.statusCode, region}))
      response.on('error', () => done({at, method, status: undefined, region}))
    })
    sent.on('timeout', () => sent.destroy())
    sent.on('error', () => done({at, method, status: undefined, region: undefined}))
    sent.end(body)
  })

const isGood = (status = 0): boolean => status >= 200 && status < 300

describe('tokens of a lost region', function () {
  this.timeout(480_000)
  const sandbox = new Sandbox()
  let status: LabStatus
  let held: string[]

  before(async () => {
    status = await sandbox.seededLab()
    held = await Promise.all(Array.from({length: 3}, () => tokenOfHome()))
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  /** A new one each time, as each client has its own. */
  async function tokenOfHome(): Promise<string> {
    const {endpoint} = status
    const cognito = new CognitoIdentityProviderClient({region: HOME, endpoint, credentials: labKeys(status)})
    const {UserPools = []} = await cognito.send(new ListUserPoolsCommand({MaxResults: 1}))
    const pool = {UserPoolId: UserPools[0]!.Id}
    const {UserPoolClients = []} = await cognito.send(new ListUserPoolClientsCommand(pool))
    const client = {...pool, ClientId: UserPoolClients[0]!.ClientId}
    const {UserPoolClient} = await cognito.send(new DescribeUserPoolClientCommand(client))
    const basic = Buffer.from(`${client.ClientId}:${UserPoolClient!.ClientSecret}`).toString('base64')
    const answer = await fetch(status.regions.find(({region}) => region === HOME)!.tokenUrl, {
      method: 'POST',
      headers: {authorization: `Basic ${basic}`},
      body: new URLSearchParams({grant_type: 'client_credentials'}),
      signal: AbortSignal.timeout(10_000),
    })
    return ((await answer.json()) as {access_token: string}).access_token
  }

  /** Reads and writes of clients that never fetch another token, until `end` is called. */
  function load(tokens: readonly string[]): {answers: readonly Answer[]; end: () => Promise<unknown>} {
    const sent: Promise<unknown>[] = []
    const answers: Answer[] = []
    const url = `${status.edgeUrl}/v1`
    const timer = setInterval(() => {
      const number = sent.length
      const body = JSON.stringify({task: `task ${number}`, status: 'new', requestId: `held-${number}`})
      const asked = ask(url, tokens[number % tokens.length]!, number % 2 === 0 ? body : undefined)
      sent.push(asked.then((answer) => answers.push(answer)))
    }, EVERY_MS)
    const end = (): Promise<unknown> => {
      clearInterval(timer)
      return Promise.all(sent)
    }

    return {answers, end}
  }

  it('aws 15: stay good through a failover under load: nobody who holds one is answered 401', async () => {
    const {answers, end} = load(held)
    await callLab(status, 'POST', 'faults', {kind: 'region-loss', region: HOME})
    await sandbox.expect(0, ['failover', '--allow-data-loss', '--confirm', 'ToDoMgmt'])
    const promotedAt = Date.now()
    // Held since before the loss, and never shown to this region: nothing of them can have been kept there.
    const unseen = await Promise.all(
      held.map((token) => ask(`${status.regions.find(({region}) => region === AWAY)!.apiUrl}/v1`, token)),
    )
    const good = (method: string): number =>
      answers.filter(
        (one) => one.at >= promotedAt && one.method === method && isGood(one.status) && one.region === AWAY,
      ).length
    const last = Date.now() + 60_000
    while (['GET', 'POST'].some((method) => good(method) < held.length) && Date.now() < last)
      await new Promise((resolve) => setTimeout(resolve, 100))
    await end()
    expect(answers.filter((one) => one.status === 401 || one.status === 403)).to.deep.equal([])
    expect(unseen.map((one) => one.status)).to.deep.equal([200, 200, 200])
    for (const method of ['GET', 'POST'])
      expect(good(method), `${method} after the promotion`).to.be.at.least(held.length)
  })

  it('aws 15: are good in the region that serves by keys that it keeps, and other tokens are not', async () => {
    const url = `${status.regions.find(({region}) => region === AWAY)!.apiUrl}/v1`
    const [head = '', body = '', signature = ''] = held[0]!.split('.')
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as {exp: number}
    const later = Buffer.from(JSON.stringify({...claims, exp: claims.exp + 1})).toString('base64url')
    for (const token of [`${head}.${later}.${signature}`, 'a.b.c', 'nonsense'])
      expect((await ask(url, token)).status, token).to.equal(401)
    expect((await ask(url, `Bearer ${held[0]}`)).status).to.equal(200)
  })
})
