import {SignatureV4a} from '@aws-sdk/signature-v4a'
import {Hash} from '@smithy/core/serde'
import {expect} from 'chai'

import type {ServiceFault} from '../../src/kernel.js'
import {Credentials} from '../../src/wire/credentials.js'
import type {WireRequest} from '../../src/wire/messages.js'
import {scopeOf} from '../../src/wire/scope.js'
import {verify} from '../../src/wire/sigv4.js'
import {publicKeyOf} from '../../src/wire/sigv4a.js'

const SERVICE = 'cloudfront-keyvaluestore'

describe('SigV4A', () => {
  const credentials = new Credentials()
  const {accessKeyId, secretAccessKey} = credentials.administrator

  /** As the SDK signs; `without` leaves headers out of the signature. */
  async function signed(options: {secret?: string; body?: string; without?: string[]} = {}): Promise<WireRequest> {
    const {secret = secretAccessKey, body = '{"Value":"us-east-1"}', without = []} = options
    const signer = new SignatureV4a({
      service: SERVICE,
      region: '*',
      credentials: {accessKeyId, secretAccessKey: secret},
      sha256: Hash.bind(null, 'sha256') as never,
    })
    const host = '000000000000.localhost:4566'
    const request = {
      method: 'PUT',
      protocol: 'http:',
      hostname: '000000000000.localhost',
      port: 4566,
      path: '/key-value-stores/arn%3Aaws/keys/region',
      query: {},
      headers: {host, 'if-match': 'E1'},
      body,
    }
    const {headers}: {headers: Record<string, string>} = await signer.sign(request, {
      unsignableHeaders: new Set(without),
    })
    return {
      method: 'PUT',
      url: request.path,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      body: Buffer.from(body),
    }
  }

  const check = (request: WireRequest) => verify(request, scopeOf(request.url, request.headers)!, credentials)
  const refused = (request: WireRequest, message: RegExp): void => {
    expect(() => check(request))
      .to.throw(message)
      .and.include({code: 'SignatureDoesNotMatch', status: 403} as Partial<ServiceFault>)
  }

  /** The key pair of AWS's own signing test suite (aws-c-auth, v4a), and the public key that it states for it. */
  it('derives the key that AWS derives', () => {
    const pair = {
      accessKeyId: 'AKIDEXAMPLE',
      // In two parts, lest it look like a live one.
      secretAccessKey: ['wJalrXUtnFEMI', 'K7MDENG+bPxRfiCYEXAMPLEKEY'].join('/'),
      arn: '',
      userId: '',
    }
    const {x = '', y = ''} = publicKeyOf(pair).export({format: 'jwk'})
    expect([x, y].map((part) => Buffer.from(part, 'base64url').toString('hex'))).to.deep.equal([
      'b6618f6a65740a99e650b33b6b4b5bd0d43b176d721a3edfea7e7d2d56d936b1',
      '865ed22a7eadc9c5cb9d2cbaca1b3699139fedc5043dc6661864218330c8e518',
    ])
  })

  it("takes what the SDK's signer signs, whatever the secret", async () => {
    expect(check(await signed())).to.equal(credentials.administrator)
    for (let round = 0; round < 20; round++) {
      const {accessKeyId: id, secretAccessKey: secret} = new Credentials().administrator
      expect(publicKeyOf({accessKeyId: id, secretAccessKey: secret, arn: '', userId: ''}).asymmetricKeyType).to.equal(
        'ec',
      )
    }
  })

  it('refuses another secret, and what was changed on the way', async () => {
    const mismatch = /does not match the signature/
    refused(await signed({secret: 'guessed'}), mismatch)
    const request = await signed()
    refused({...request, url: '/key-value-stores/arn%3Aaws/keys/other'}, mismatch)
    refused({...request, method: 'DELETE'}, mismatch)
    refused({...request, headers: {...request.headers, 'if-match': 'E2'}}, mismatch)
    refused({...request, headers: {...request.headers, host: 'localhost:4566'}}, mismatch)
    refused({...request, headers: {...request.headers, 'x-amz-region-set': 'us-east-1'}}, mismatch)
    const text = request.headers.authorization!
    refused({...request, headers: {...request.headers, authorization: text.replace(/.{4}$/, '0000')}}, mismatch)
    refused(
      {...request, headers: {...request.headers, authorization: text.replace(/Signature=.*/, 'Signature=00')}},
      mismatch,
    )
    expect(() => check({...request, body: Buffer.from('{"Value":"us-east-2"}')})).to.throw(/x-amz-content-sha256/)
  })

  it('refuses a signature that leaves out the host, or the regions that it is for', async () => {
    refused(await signed({without: ['host']}), /'Host'/)
    refused(await signed({without: ['x-amz-region-set']}), /'X-Amz-Region-Set'/)
  })
})
