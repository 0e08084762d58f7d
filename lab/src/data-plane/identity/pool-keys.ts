import {generateKeyPair, type KeyObject} from 'node:crypto'
import {promisify} from 'node:util'

import {SignJWT, calculateJwkThumbprint, exportJWK, type JWK, type JWTPayload} from 'jose'

/** An RSA key takes a processor a quarter of a second, which a start of the lab has better use for. No token is asked for so soon. */
const HEAD_START_MS = 5000

interface Pair {
  privateKey: KeyObject
  jwk: JWK
}

/** The signing key of one user pool: RSA, 2048 bits, in memory only. */
export class PoolKeys {
  private made: Promise<Pair> | undefined

  /** Makes the key after a while, in a thread of its own, or as soon as it is needed. */
  constructor() {
    setTimeout(() => void this.pair().catch(() => undefined), HEAD_START_MS).unref()
  }

  /** The pool's public keys, as its JWKS URL serves them. */
  async jwks(): Promise<{keys: JWK[]}> {
    return {keys: [(await this.pair()).jwk]}
  }

  async sign(claims: JWTPayload): Promise<string> {
    const {privateKey, jwk} = await this.pair()
    return new SignJWT(claims).setProtectedHeader({kid: jwk.kid, alg: 'RS256'}).sign(privateKey)
  }

  private pair(): Promise<Pair> {
    this.made ??= this.generate()
    return this.made
  }

  private async generate(): Promise<Pair> {
    const {privateKey, publicKey} = await promisify(generateKeyPair)('rsa', {modulusLength: 2048})
    const jwk = await exportJWK(publicKey)
    return {privateKey, jwk: {...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'RS256', use: 'sig'}}
  }
}
