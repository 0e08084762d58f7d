import {expect} from 'chai'
import {mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {LabAddresses} from '../../../src/adapters/http/address-book.js'
import {Http} from '../../../src/adapters/http/http.js'
import {PoolTokens} from '../../../src/adapters/http/tokens.js'
import {Unreachable} from '../../../src/errors.js'
import type {DrError} from '../../../src/errors.js'
import {AWAY, HOME, sampleDeployment} from '../../support/deployment.js'
import {serve} from '../../support/server.js'
import type {Reply, TestServer} from '../../support/server.js'
import {thrownBy} from '../../support/thrown.js'
import {watch} from '../../support/watch.js'

describe('tokens', () => {
  let replies: Record<string, Reply>
  let server: TestServer
  let http: Http
  let folder: string
  let secretsLost: Set<string>
  const issued = (token: string, seconds = 3600): Reply => ({
    body: JSON.stringify({access_token: token, expires_in: seconds, token_type: 'Bearer'}),
  })

  beforeEach(async () => {
    replies = {[HOME]: issued('home-1'), [AWAY]: issued('away-1')}
    secretsLost = new Set()
    server = await serve(({headers}) => replies[/auth\.([\w-]+)\./.exec(headers.host!)![1]!]!)
    const {regions} = sampleDeployment()
    const hosts = regions.map(({tokenUrl}) => ({
      hostname: new URL(tokenUrl).hostname,
      port: server.port,
    }))
    http = new Http(new LabAddresses(async () => hosts))
    folder = mkdtempSync(join(tmpdir(), 'todo-dr-tokens-'))
  })

  afterEach(async () => {
    await http.close()
    await server.close()
    rmSync(folder, {recursive: true})
  })

  const cacheFile = (): string => join(folder, 'tokens.json')
  const open = (issue = 'lab 1', file = cacheFile()): PoolTokens =>
    new PoolTokens({
      http,
      deployment: sampleDeployment(),
      async clientSecret(region) {
        if (secretsLost.has(region)) throw new Unreachable(`${region} is gone`)
        return `secret of ${region}`
      },
      cacheFile: file,
      issue,
    })

  it('are asked for with client credentials over HTTP Basic, with the scope', async () => {
    expect(await open().get(HOME)).to.include({token: 'home-1', region: HOME})
    const [asked] = server.asked
    expect(Buffer.from(asked!.headers.authorization!.replace('Basic ', ''), 'base64').toString()).to.equal(
      `client-${HOME}:secret of ${HOME}`,
    )
    expect(Object.fromEntries(new URLSearchParams(asked!.body))).to.deep.equal({
      grant_type: 'client_credentials',
      scope: 'api/upsert-delete',
    })
  })

  it('defect 12: come from the other region where the preferred pool is gone, silent or out of order', async () => {
    secretsLost.add(HOME)
    expect(await open().get(HOME)).to.include({token: 'away-1', region: AWAY})
    secretsLost.clear()
    for (const reply of ['reset', {status: 503}] as Reply[]) {
      replies[HOME] = reply
      rmSync(cacheFile(), {force: true})

      expect(await open().get(HOME)).to.include({token: 'away-1', region: AWAY})
    }
  })

  it('do not wait for a pool that hangs', async () => {
    replies[HOME] = 'hang'
    const {tokenUrl} = sampleDeployment().regions.find(({region}) => region === HOME)!
    const hanging = watch(http.request({method: 'POST', url: new URL(tokenUrl)}))
    expect(await open().get(HOME)).to.include({token: 'away-1', region: AWAY})
    expect(hanging.over).to.equal(false)
  })

  it('are not asked of the other region while the preferred one answers', async () => {
    expect(await open().get(AWAY)).to.include({token: 'away-1', region: AWAY})
    expect(server.asked.map(({headers}) => headers.host)).to.have.length(1)
  })

  it('say who refused where both regions fail', async () => {
    replies = {[HOME]: 'reset', [AWAY]: {status: 400, body: '{"error":"invalid_client"}'}}
    expect(await thrownBy(open().get(HOME))).to.include({
      code: 'TokenRefused',
      exit: 'credentials',
      why: '{"error":"invalid_client"}',
    })
    replies = {[HOME]: {status: 400, body: '{"error":"invalid_scope"}'}, [AWAY]: 'reset'}
    expect(await thrownBy(open().get(HOME))).to.include({why: '{"error":"invalid_scope"}'})
    replies = {[HOME]: 'reset', [AWAY]: 'reset'}
    expect(await thrownBy(open().get(HOME))).to.be.instanceOf(Unreachable)
  })

  it('field report 29: name an endpoint that is no user pool, and do not call that a lack of credentials', async () => {
    const page = '<!DOCTYPE html><html>'
    replies = {[HOME]: {body: page}, [AWAY]: {status: 404, body: page}}
    const error = (await thrownBy(open().get(HOME))) as DrError
    expect(error).to.include({code: 'TokenRefused', exit: 'failed'})
    expect(`${error.why} ${error.next}`).to.contain(`auth.${HOME}.`).and.not.to.contain('<')
  })

  it('are kept for the next command, readable by their owner alone', async () => {
    await open().get(HOME)
    expect(statSync(cacheFile()).mode & 0o777).to.equal(0o600)
    replies[HOME] = issued('home-2')
    expect(await open().get(HOME)).to.include({token: 'home-1'})
    expect(server.asked).to.have.length(1)
  })

  it('are not kept past their end, nor taken from another issuer or a damaged file', async () => {
    replies[HOME] = issued('short', 30)
    const tokens = open()
    await tokens.get(HOME)
    replies[HOME] = issued('home-2')
    expect(await tokens.get(HOME)).to.include({token: 'home-2'})
    replies[HOME] = issued('home-3')
    expect(await open('lab 2').get(HOME)).to.include({token: 'home-3'})
    writeFileSync(cacheFile(), '{"issue":')
    replies[HOME] = issued('home-4')
    expect(await open().get(HOME)).to.include({token: 'home-4'})
  })

  it('field report 9: a kept one that was refused is given to nobody again, and another one is asked for', async () => {
    await open().get(HOME)
    replies[HOME] = issued('home-2')
    const later = open()
    const kept = await later.get(HOME)
    expect(kept).to.include({token: 'home-1', kept: true})
    await later.refused(kept.token)
    expect(await open().get(HOME)).to.include({token: 'home-2'})
    expect(await later.get(HOME)).to.include({token: 'home-2'})
  })

  it('field report 9: one that has just been issued is not asked for again, however often it is refused', async () => {
    const tokens = open()
    const {token} = await tokens.get(HOME)
    await tokens.refused(token)
    await tokens.refused('a token of somebody else')
    expect(await tokens.get(HOME)).to.include({token: 'home-1'})
    expect(server.asked).to.have.length(1)
  })

  it('are given although they cannot be kept', async () => {
    expect(await open('lab 1', join(folder, 'missing', 'tokens.json')).get(HOME)).to.include({token: 'home-1'})
  })

  it('are fetched once for callers that come together', async () => {
    const tokens = open()
    await Promise.all([tokens.get(HOME), tokens.get(HOME), tokens.get(HOME)])
    expect(server.asked).to.have.length(1)
  })
})
