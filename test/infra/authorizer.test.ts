/** The token authorizer's parts: what a good token is, and how the public keys are kept. */

import {expect} from 'chai'
import fc from 'fast-check'
import {SignJWT, exportJWK, generateKeyPair, type JWTPayload} from 'jose'
import {TokenKeys, type Keys, type Store} from '../../infra-template/lambda/tokens/keys.js'
import {
  flawOf,
  hasScope,
  isSignedBy,
  issuerOf,
  keyOf,
  tokenOf,
  type Pool,
  type PublicKey,
} from '../../infra-template/lambda/tokens/token.js'

const POOL: Pool = {arn: 'arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_AbC', clientId: 'client'}
const ISSUER = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbC'
const OTHER = 'https://cognito-idp.us-east-2.amazonaws.com/us-east-2_DeF'
const NOW = 1_700_000_000
const CLAIMS = {iss: ISSUER, token_use: 'access', client_id: 'client', exp: NOW + 60, scope: 'api/upsert-delete api/x'}

const publicKey = (kid: string): PublicKey => ({kid, n: `n-${kid}`, e: 'AQAB'})

describe('a token', () => {
  let key: PublicKey
  let sign: (claims: JWTPayload, header?: object) => Promise<string>

  before(async () => {
    const pair = await generateKeyPair('RS256', {extractable: true})
    const {n = '', e = ''} = await exportJWK(pair.publicKey)
    key = {kid: 'k', n, e}
    sign = (claims, header = {}) =>
      new SignJWT(claims).setProtectedHeader({alg: 'RS256', kid: 'k', ...header}).sign(pair.privateKey)
  })

  const isGood = (text: string): boolean => {
    const token = tokenOf(text)
    return token !== undefined && isSignedBy(keyOf(key), token) && flawOf(token.claims, POOL, NOW) === undefined
  }

  it('aws 15: is good with the signature, the issuer, the use and the client that it must have, until it expires', async () => {
    expect(isGood(await sign(CLAIMS))).equal(true)
    const flawed = {
      OtherIssuer: {iss: OTHER},
      NoAccessToken: {token_use: 'id'},
      OtherClient: {client_id: 'another'},
      Expired: {exp: NOW},
    }
    for (const [flaw, change] of Object.entries(flawed)) {
      const {claims} = tokenOf(await sign({...CLAIMS, ...change}))!
      expect(flawOf(claims, POOL, NOW)).equal(flaw)
    }
    for (const name of ['iss', 'token_use', 'client_id', 'exp'])
      expect(flawOf({...CLAIMS, [name]: undefined}, POOL, NOW), name).a('string')
    expect(flawOf({...CLAIMS, exp: String(NOW + 60)}, POOL, NOW)).equal('Expired')
  })

  it('aws 15: is no token with another algorithm, without a key id, or with what this program does not know', async () => {
    const [, body = ''] = (await sign(CLAIMS)).split('.')
    const head = (header: object): string => Buffer.from(JSON.stringify(header)).toString('base64url')
    for (const header of [
      {alg: 'none', kid: 'k'},
      {alg: 'HS256', kid: 'k'},
      {alg: 'RS256'},
      {alg: 'RS256', kid: 'k', crit: []},
    ])
      expect(tokenOf(`${head(header)}.${body}.AAAA`), JSON.stringify(header)).equal(undefined)
    for (const text of ['', 'a.b', 'a.b.c.d', 'a..c', 'bnVsbA.bnVsbA.AAAA'])
      expect(tokenOf(text), text).equal(undefined)
  })

  it('aws 15: is not good with any character changed', async () => {
    const token = await sign(CLAIMS)
    // The last character of each part holds bits that no byte has: what decodes alike is the same token.
    const bytes = (text: string): string =>
      text
        .split('.')
        .map((part) => Buffer.from(part, 'base64url').toString('hex'))
        .join('.')
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'AZaz09-_.'), (index, letter) => {
        const changed = token.slice(0, index) + letter + token.slice(index + 1)
        fc.pre(bytes(changed) !== bytes(token) || changed.split('.').length !== 3)
        expect(isGood(changed)).equal(false)
      }),
    )
  })

  it('aws 15: has a scope where one of its words is it', () => {
    expect(hasScope(CLAIMS, 'api/upsert-delete')).equal(true)
    for (const scope of [undefined, '', 'api/upsert', 'xapi/upsert-delete', ['api/upsert-delete']])
      expect(hasScope({scope}, 'api/upsert-delete'), String(scope)).equal(false)
  })

  it('names the issuer of a pool by its ARN', () => {
    expect(issuerOf(POOL)).equal(ISSUER)
    expect(() => issuerOf({...POOL, arn: 'arn:aws:cognito-idp:us-east-1:1:userpool/x/../y'})).throw('malformed')
  })
})

describe('the keys that are kept', () => {
  let published: Record<string, PublicKey[] | undefined>
  let saved: Keys | undefined
  let isReadable: boolean
  let asked: string[]
  let saves: number
  let time: number
  let onPause: () => void

  let isWritable: () => boolean

  const store: Store = {
    async load() {
      if (!isReadable) throw new Error('no parameter store')
      return saved
    },
    async save(keys) {
      if (!isWritable()) throw new Error('busy')
      saves++
      saved = keys
    },
  }
  const environment = (): TokenKeys =>
    new TokenKeys({
      issuers: [ISSUER, OTHER],
      store,
      async fetch(issuer) {
        asked.push(issuer)
        const keys = published[issuer]
        if (!keys) throw new Error('gone')
        return keys
      },
      now: () => time,
      async pause(ms) {
        time += ms
        onPause()
      },
    })

  beforeEach(() => {
    published = {[ISSUER]: [publicKey('a')], [OTHER]: [publicKey('b')]}
    saved = undefined
    isReadable = true
    asked = []
    saves = 0
    time = 1_000_000
    onPause = () => undefined
    isWritable = () => true
  })

  it('aws 15: are those of both pools, found without a question when one is gone', async () => {
    await environment().refresh()
    published[OTHER] = undefined
    asked = []
    const cold = environment()
    expect(await cold.find(OTHER, 'b')).deep.equal(publicKey('b'))
    expect(await cold.find(ISSUER, 'a')).deep.equal(publicKey('a'))
    expect(asked).deep.equal([])
  })

  it('aws 15: stay as they were where a pool does not answer or has none, and are written only where they change', async () => {
    const keys = environment()
    await keys.refresh()
    published[OTHER] = undefined
    await keys.refresh()
    published[OTHER] = []
    published[ISSUER] = [publicKey('a')]
    await keys.refresh()
    expect(saves).equal(1)
    published[ISSUER] = [publicKey('new')]
    await keys.refresh()
    expect(saved).deep.equal({[ISSUER]: [publicKey('new')], [OTHER]: [publicKey('b')]})
    expect(await keys.find(ISSUER, 'a'), 'given up by its pool').equal(undefined)
  })

  it('aws 15: take in a key that is new, at once, and ask for one that nobody has only now and then', async () => {
    const keys = environment()
    await keys.refresh()
    published[ISSUER] = [publicKey('a'), publicKey('new')]
    asked = []
    expect(await keys.find(ISSUER, 'new')).deep.equal(publicKey('new'))
    for (const kid of ['x', 'y', 'z']) expect(await keys.find(ISSUER, kid)).equal(undefined)
    expect(asked).deep.equal([ISSUER])
    time += 10_000
    await keys.find(ISSUER, 'x')
    expect(asked).deep.equal([ISSUER, ISSUER])
  })

  it('aws 15: reach a warm environment that another one has written, when the pool is gone', async () => {
    const warm = environment()
    await warm.refresh()
    published[OTHER] = [publicKey('b'), publicKey('new')]
    await environment().refresh()
    published[OTHER] = undefined
    expect(await warm.find(OTHER, 'new')).deep.equal(publicKey('new'))
  })

  it('aws 15: are read again after a while, and outlast a parameter store that does not answer', async () => {
    const warm = environment()
    await warm.refresh()
    saved = {[ISSUER]: [publicKey('new')], [OTHER]: [publicKey('b')]}
    published[ISSUER] = [publicKey('new')]
    time += 300_000
    isReadable = false
    expect(await warm.find(ISSUER, 'a')).deep.equal(publicKey('a'))
    isReadable = true
    expect(await warm.find(ISSUER, 'a')).equal(undefined)
    expect(await warm.find(ISSUER, 'new')).deep.equal(publicKey('new'))
  })

  it('are collected for a deployment until each pool has answered, and the pools that did not are named in the end', async () => {
    published[OTHER] = undefined
    let pauses = 0
    onPause = () => {
      if (++pauses === 3) published[OTHER] = [publicKey('b')]
    }
    expect(await environment().collect(15_000)).deep.equal([])
    expect(pauses).equal(3)
    expect(saved).deep.equal({[ISSUER]: [publicKey('a')], [OTHER]: [publicKey('b')]})

    published[ISSUER] = undefined
    saved = undefined
    expect(await environment().collect(15_000)).deep.equal([ISSUER])
    expect(pauses, 'a second apart').equal(3 + 15)
  })

  it('are kept by a later attempt where the parameter store was busy, and a deployment fails where it stays so', async () => {
    let attempts = 0
    isWritable = () => ++attempts > 2
    expect(await environment().collect(15_000)).deep.equal([])
    expect(saved).have.keys(ISSUER, OTHER)
    saved = undefined
    isWritable = () => false
    const failed = await environment()
      .collect(15_000)
      .catch((error: unknown) => error)
    expect(failed).an('error').property('message', 'busy')
  })

  it('aws 15: come from the pools where nothing was kept', async () => {
    isReadable = false
    expect(await environment().find(OTHER, 'b')).deep.equal(publicKey('b'))
    expect(asked).deep.equal([OTHER])
  })
})
