/** Access tokens by client credentials, from either region's pool: the loss of one must not lock clients out. */

import {readFile} from 'node:fs/promises'
import writeFileAtomic from 'write-file-atomic'
import {DrError} from '../../errors.js'
import {SCOPE} from '../../model/deployment.js'
import type {Deployment, Region} from '../../model/deployment.js'
import {otherRegion, regionOf} from '../../model/regions.js'
import type {CallOptions, IssuedToken, Tokens} from '../../ports/world.js'
import {firstOf} from '../first-of.js'
import type {Http} from './http.js'

/** A token that ends within this is not handed out any more. */
const MARGIN_MS = 60_000

/** A pool that is silent for so long is not waited for alone any longer. */
const HEDGE_MS = 1500

/** A token that was issued less than so long ago is as good as another one, whatever the API says of it. */
const FRESH_MS = 10_000

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
  #cache: Promise<Map<Region, IssuedToken>> | undefined
  readonly #fetching = new Map<Region, Promise<IssuedToken>>()
  /** Tokens of this process, and when they were issued. */
  readonly #issuedAt = new Map<string, number>()

  constructor(settings: TokenSettings) {
    this.#settings = settings
  }

  async get(preferred: Region, options: CallOptions = {}): Promise<IssuedToken> {
    const first = this.#of(preferred, options)
    // Not before the preferred pool has failed, or has been silent for so long; then whoever answers first.
    const second = settledOrLate(first, HEDGE_MS).then(() => {
      options.signal?.throwIfAborted()
      return this.#of(otherRegion(this.#settings.deployment, preferred), options)
    })
    return firstOf([first, second], options.signal)
  }

  async issue(region: Region, options: CallOptions = {}): Promise<IssuedToken> {
    return this.#fetchOnce(region, options)
  }

  async refused(refused: string): Promise<void> {
    if (Date.now() - (this.#issuedAt.get(refused) ?? 0) < FRESH_MS) return
    const cache = await (this.#cache ??= this.#readCache())
    const known = [...cache.values()].find(({token}) => token === refused)
    if (!known) return
    cache.delete(known.region)
    await this.#keep(cache)
  }

  async #of(region: Region, options: CallOptions): Promise<IssuedToken> {
    this.#cache ??= this.#readCache()
    const known = (await this.#cache).get(region)
    if (known && known.expiresAt - MARGIN_MS > Date.now()) return known
    return this.#fetchOnce(region, options)
  }

  #fetchOnce(region: Region, options: CallOptions): Promise<IssuedToken> {
    let fetching = this.#fetching.get(region)
    if (!fetching) {
      fetching = this.#fetch(region, options).finally(() => this.#fetching.delete(region))
      this.#fetching.set(region, fetching)
    }

    return fetching
  }

  async #fetch(region: Region, options: CallOptions): Promise<IssuedToken> {
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
    if (status !== 200 || !issued) throw refused(region, tokenUrl, status, text)
    const now = Date.now()
    const token = {token: issued.token, region, expiresAt: now + issued.seconds * 1000}
    this.#issuedAt.set(token.token, now)
    const cache = await (this.#cache ??= this.#readCache())
    cache.set(region, token)
    await this.#keep(cache)
    return token
  }

  async #keep(cache: Map<Region, IssuedToken>): Promise<void> {
    const {cacheFile, issue} = this.#settings
    // A cache that cannot be written (a full disk, a lab that has just gone), or is lost, only costs the next command a request.
    await writeFileAtomic(cacheFile, JSON.stringify({issue, tokens: [...cache.values()]}), {
      mode: 0o600,
      fsync: false,
    }).catch(() => undefined)
  }

  async #readCache(): Promise<Map<Region, IssuedToken>> {
    const {cacheFile, issue} = this.#settings
    try {
      const kept = JSON.parse(await readFile(cacheFile, 'utf8')) as {issue: string; tokens: IssuedToken[]}
      return new Map(kept.issue === issue ? kept.tokens.map((token) => [token.region, {...token, kept: true}]) : [])
    } catch {
      // None yet, or damaged: tokens are fetched again.
      return new Map()
    }
  }
}

/** Rejects when `first` is fulfilled: nobody else need be asked. */
function settledOrLate(first: Promise<IssuedToken>, ms: number): Promise<void> {
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

/** A 5xx is an outage of the pool, and what is no JSON is no pool; anything else is about who asks. */
function refused(region: Region, tokenUrl: string, status: number, text: string): DrError {
  const isPool = isObject(text)
  return new DrError({
    code: 'TokenRefused',
    exit: status >= 500 || !isPool ? 'failed' : 'credentials',
    what: `the token endpoint of ${region} issued no token (HTTP ${status})`,
    why: isPool ? text.slice(0, 200) : `${tokenUrl} does not answer as a user pool does`,
    next: isPool
      ? 'todo-dr status'
      : `check the domain of the user pool in ${region}, and the proxy or sign-in page of your network`,
  })
}

function isObject(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}
