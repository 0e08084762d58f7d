import {generateKeyPair} from 'node:crypto'
import {promisify} from 'node:util'

import {SignJWT, calculateJwkThumbprint, exportJWK, type JWK, type JWTPayload} from 'jose'

/** The signing key of one user pool: RSA, 2048 bits, in memory only. */
export class PoolKeys {
  private readonly pair: Promise<{privateKey: import('node:crypto').KeyObject; jwk: JWK}>

  /** Begins to make the key, in a thread of its own; what needs it waits. */
  constructor() {
    this.pair = this.generate()
    this.pair.catch(() => undefined)
  }

  /** The pool's public keys, as its JWKS URL serves them. */
  async jwks(): Promise<{keys: JWK[]}> {
    return {keys: [(await this.pair).jwk]}
  }

  async sign(claims: JWTPayload): Promise<string> {
    const {privateKey, jwk} = await this.pair
    return new SignJWT(claims).setProtectedHeader({kid: jwk.kid, alg: 'RS256'}).sign(privateKey)
  }

  private async generate(): Promise<{privateKey: import('node:crypto').KeyObject; jwk: JWK}> {
    const {privateKey, publicKey} = await promisify(generateKeyPair)('rsa', {modulusLength: 2048})
    const jwk = await exportJWK(publicKey)
    return {privateKey, jwk: {...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'RS256', use: 'sig'}}
  }
}
