import {importJWK, type JWK} from 'jose'
import {Pool} from 'undici'

import type {Hosts} from '../../kernel.js'

type Key = Awaited<ReturnType<typeof importJWK>>

/** Public keys can't be fetched: not the same as a token that is wrong. */
export class KeysUnavailable extends Error {}

const FETCH_MS = 5000
/** An unknown key id makes a fetch at most this often: nobody floods an issuer with invented ids. */
const REFETCH_MS = 10_000

interface Fetched {
  keys: Map<string, Key>
  at: number
}

/**
 * The public keys of token issuers, fetched over HTTP from their JWKS URL and kept. A region's cache that never met a
 * pool can't judge its tokens while the pool's region is lost: whether AWS behaves so is not documented.
 */
export class JwksCache {
  private readonly issuers = new Map<string, Fetched>()
  private readonly underWay = new Map<string, Promise<Fetched>>()

  constructor(private readonly hosts: Hosts) {}

  /** Undefined where the issuer has no such key. @throws KeysUnavailable */
  async key(issuer: string, kid: string): Promise<Key | undefined> {
    const cached = this.issuers.get(issuer)
    const found = cached?.keys.get(kid)
    if (found || (cached && Date.now() - cached.at < REFETCH_MS)) return found
    return (await this.fetchOnce(issuer)).keys.get(kid)
  }

  private fetchOnce(issuer: string): Promise<Fetched> {
    const running = this.underWay.get(issuer)
    if (running) return running
    const fetching = this.fetch(issuer)
      .then((fetched) => {
        this.issuers.set(issuer, fetched)
        return fetched
      })
      .finally(() => this.underWay.delete(issuer))
    this.underWay.set(issuer, fetching)
    return fetching
  }

  private async fetch(issuer: string): Promise<Fetched> {
    const {hostname, pathname} = new URL(issuer)
    const host = this.hosts.resolve(hostname)
    if (!host) throw new KeysUnavailable(`${hostname} does not resolve`)
    const pool = new Pool(`http://127.0.0.1:${host.port}`)
    let jwks: {keys: JWK[]}
    try {
      const {statusCode, body} = await pool.request({
        method: 'GET',
        path: `${pathname}/.well-known/jwks.json`,
        headers: {host: hostname},
        signal: AbortSignal.timeout(FETCH_MS),
      })
      if (statusCode !== 200) throw new Error(`status ${statusCode}`)
      jwks = (await body.json()) as {keys: JWK[]}
    } catch (error) {
      throw new KeysUnavailable(`the keys of ${issuer} can't be fetched: ${(error as Error).message}`)
    } finally {
      await pool.destroy()
    }

    const keys = await Promise.all(
      jwks.keys.map(async (jwk) => [jwk.kid ?? '', await importJWK(jwk, 'RS256')] as const),
    )
    return {keys: new Map(keys), at: Date.now()}
  }
}
