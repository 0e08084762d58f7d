import {expect} from 'chai'
import {createECDH, createHash, createHmac, createPublicKey, verify} from 'node:crypto'
import {SignatureV4a} from '../../../src/adapters/aws/sigv4a.js'

/** SHA-256 as the SDK wants it; with a secret an HMAC. */
class Sha256 {
  private readonly hash
  constructor(secret?: string | Uint8Array) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret)
  }

  update(data: Uint8Array): void {
    this.hash.update(data)
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest()
  }
}

const URL_SAFE = 'base64url'

/** The public key that belongs to a private one, as others know it. */
function publicKey(privateKey: Uint8Array) {
  const curve = createECDH('prime256v1')
  curve.setPrivateKey(privateKey)
  const point = curve.getPublicKey()
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString(URL_SAFE))
  return createPublicKey({key: {kty: 'EC', crv: 'P-256', x, y}, format: 'jwk'})
}

describe('SigV4A', () => {
  it('signs so that the public key of the derived key verifies it, and nothing else', async () => {
    const signer = new SignatureV4a({
      service: 'cloudfront-keyvaluestore',
      region: '*',
      sha256: Sha256 as never,
      credentials: {accessKeyId: 'lab', secretAccessKey: 'lab'},
    }) as unknown as {getSignature(key: Uint8Array, text: string): Promise<string>}
    const key = createHash('sha256').update('a private key').digest()
    const signature = Buffer.from(await signer.getSignature(key, 'what is signed'), 'hex')
    expect(verify('sha256', Buffer.from('what is signed'), publicKey(key), signature)).to.equal(true)
    expect(verify('sha256', Buffer.from('what is not'), publicKey(key), signature)).to.equal(false)
  })

  it('puts that signature into the header', async () => {
    const signer = new SignatureV4a({
      service: 'cloudfront-keyvaluestore',
      region: '*',
      sha256: Sha256 as never,
      credentials: {accessKeyId: 'lab', secretAccessKey: 'lab'},
    })
    const signed = await signer.sign(
      {method: 'GET', protocol: 'http:', hostname: 'localhost', path: '/', query: {}, headers: {host: 'localhost'}},
      {},
    )
    expect(signed.headers.authorization).to.match(
      /^AWS4-ECDSA-P256-SHA256 Credential=lab\/.*, Signature=30[\da-f]{130,}$/,
    )
  })
})
