/**
 * SigV4A, which signs a call for all regions at once. The SDK computes the elliptic curve in JavaScript, which takes longer than
 * the call that it is for; here OpenSSL does it.
 */

import {createPrivateKey, sign} from 'node:crypto'
import {SignatureV4a} from '@aws-sdk/signature-v4a'

/** DER of an EC private key on P-256, as SEC 1 has it, up to the 32 bytes of the key and after them. */
const [BEFORE, AFTER] = [Buffer.from('30310201010420', 'hex'), Buffer.from('a00a06082a8648ce3d030107', 'hex')]

Object.assign(SignatureV4a.prototype, {
  async getSignature(privateKey: Uint8Array, stringToSign: string): Promise<string> {
    const key = createPrivateKey({key: Buffer.concat([BEFORE, privateKey, AFTER]), format: 'der', type: 'sec1'})
    return sign('sha256', Buffer.from(stringToSign), key).toString('hex')
  },
})

export {SignatureV4a} from '@aws-sdk/signature-v4a'
