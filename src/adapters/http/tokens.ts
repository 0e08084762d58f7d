/** Access tokens by client credentials, from either region's pool: the loss of one must not lock clients out. */

import {readFile} from 'node:fs/promises'
import writeFileAtomic from 'write-file-atomic'
import {DrError} from '../../errors.js'
import {SCOPE} from '../../model/deployment.js'
import type {Deployment, Region} from '../../model/deployment.js'
import {otherRegion, regionOf} from '../../model/regions.js'
import type {CallOptions, Tokens} from '../../ports/world.js'
import {firstOf} from '../first-of.js'
import type {Http} from './http.js'

/** A token that ends within this is not handed out any more. */
const MARGIN_MS = 60_000

/** A pool that is silent for so long is not waited for alone any longer. */
const HEDGE_MS = 1500

export interface AccessToken {
  token: string
  region: Region
  /** Epoch milliseconds. */
  expiresAt: number
}

/** Reads the secret of the pool's client, in the pool's region. */
export type ClientSecret = (region: Region, options: CallOptions) => Promise<string>

export interface TokenSettings {
  http: Http
  deployment: Deployment
  clientSecret: ClientSecret
  /** Kept 0600. */
  cacheFile: string
  /** Tokens of another issue are not taken from the cache: a lab that was started anew signs with new keys. */
  issue: string
}

export class PoolTokens implements Tokens {
  readonly #settings: TokenSettings
  #cache: Promise<Map<Region, AccessToken>> | undefined
  readonly #fetching = new Map<Region, Promise<AccessToken>>()

  constructor(settings: TokenSettings) {
    this.#settings = settings
  }

  async get(preferred: Region, options: CallOptions = {}): Promise<AccessToken> {
    const first = this.#of(preferred, options)
    // Not before the preferred pool has failed, or has been silent for so long; then whoever answers first.
    const second = settledOrLate(first, HEDGE_MS).then(() => {
      options.signal?.throwIfAborted()
      return this.#of(otherRegion(this.#settings.deployment, preferred), options)
    })
    return firstOf([first, second], options.signal)
  }

  async #of(region: Region, options: CallOptions): Promise<AccessToken> {
    this.#cache ??= this.#readCache()
    const known = (await this.#cache).get(region)
    if (known && known.expiresAt - MARGIN_MS > Date.now()) return known
    let fetching = this.#fetching.get(region)
    if (!fetching) {
      fetching = this.#fetch(region, options).finally(() => this.#fetching.delete(region))
      this.#fetching.set(region, fetching)
    }

    return fetching
  }

  async #fetch(region: Region, options: CallOptions): Promise<AccessToken> {
    const {http, deployment, clientSecret} = this.#settings
    const {clientId, tokenUrl} = regionOf(deployment, region)
    const secret = await clientSecret(region, options)
    const {status, text} = await http.request({
      method: 'POST',
      url: new URL(tokenUrl),
      headers: {
        authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({grant_type: 'client_credentials', scope: SCOPE}).toString(),
      signal: options.signal,
    })
    const issued = tokenOf(text)
    if (status !== 200 || !issued) throw refused(region, status, text)
    const token = {token: issued.token, region, expiresAt: Date.now() + issued.seconds * 1000}
    await this.#remember(token)
    return token
  }

  async #remember(token: AccessToken): Promise<void> {
    const {cacheFile, issue} = this.#settings
    const cache = await (this.#cache ??= this.#readCache())
    cache.set(token.region, token)
    // A cache that cannot be written (a full disk, a lab that has just gone) only costs the next command a request.
    await writeFileAtomic(cacheFile, JSON.stringify({issue, tokens: [...cache.values()]}), {mode: 0o600}).catch(
      () => undefined,
    )
  }

  async #readCache(): Promise<Map<Region, AccessToken>> {
    const {cacheFile, issue} = this.#settings
    try {
      const kept = JSON.parse(await readFile(cacheFile, 'utf8')) as {issue: string; tokens: AccessToken[]}
      return new Map(kept.issue === issue ? kept.tokens.map((token) => [token.region, token]) : [])
    } catch {
      // None yet, or damaged: tokens are fetched again.
      return new Map()
    }
  }
}

/** Rejects when `first` is fulfilled: nobody else need be asked. */
function settledOrLate(first: Promise<AccessToken>, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    first.then(
      () => {
        clearTimeout(timer)
        reject(new Error('the preferred pool has answered'))
      },
      () => {
        clearTimeout(timer)
        resolve()
      },
    )
  })
}

function tokenOf(text: string): {token: string; seconds: number} | undefined {
  try {
    const {access_token: token, expires_in: seconds} = JSON.parse(text) as Record<string, unknown>
    return typeof token === 'string' && typeof seconds === 'number' ? {token, seconds} : undefined
  } catch {
    return undefined
  }
}

/** A 5xx is an outage of the pool; anything else is about who asks. */
const refused = (region: Region, status: number, text: string): DrError =>
  new DrError({
    code: 'TokenRefused',
    exit: status >= 500 ? 'failed' : 'credentials',
    what: `the token endpoint of ${region} issued no token (HTTP ${status})`,
    why: text.slice(0, 200) || undefined,
    next: 'todo-dr status',
  })
