/**
 * The asymmetric key of a SigV4A signature, derived from the secret by a counter-mode KDF (NIST SP 800-108, HMAC-SHA256).
 * Source: "How AWS SigV4 and SigV4A work" and the asymmetric signing pages of the IAM user guide.
 */

import {createECDH, createHmac, createPublicKey, type KeyObject} from 'node:crypto'

import type {KeyPair} from './credentials.js'

const ALGORITHM = 'AWS4-ECDSA-P256-SHA256'
/** The order of P-256, less two: candidates above it are dropped. */
const ORDER_MINUS_TWO = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254f')
/** One candidate in four thousand million is dropped; the counter is a byte. */
const MAX_COUNTER = 254

const known = new WeakMap<KeyPair, KeyObject>()

/** Verifies what the holder of these keys signs. */
export function publicKeyOf(pair: KeyPair): KeyObject {
  const found = known.get(pair) ?? derived(pair)
  known.set(pair, found)
  return found
}

function derived(pair: KeyPair): KeyObject {
  const curve = createECDH('prime256v1')
  curve.setPrivateKey(privateKeyOf(pair))
  // 0x04, then both coordinates.
  const point = curve.getPublicKey()
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'))
  return createPublicKey({format: 'jwk', key: {kty: 'EC', crv: 'P-256', x, y}})
}

function privateKeyOf({accessKeyId, secretAccessKey}: KeyPair): Buffer {
  for (let counter = 1; counter <= MAX_COUNTER; counter++) {
    const candidate = createHmac('sha256', `AWS4A${secretAccessKey}`)
      .update(Buffer.from([0, 0, 0, 1]))
      .update(ALGORITHM)
      .update(Buffer.from([0]))
      .update(accessKeyId)
      .update(Buffer.from([counter]))
      // The length of the key in bits, 256.
      .update(Buffer.from([0, 0, 1, 0]))
      .digest('hex')
    const value = BigInt(`0x${candidate}`)
    if (value <= ORDER_MINUS_TWO) return Buffer.from((value + 1n).toString(16).padStart(64, '0'), 'hex')
  }

  throw new Error(`cannot derive a key for ${accessKeyId}`)
}
