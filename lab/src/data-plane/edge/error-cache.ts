/**
 * Errors of an origin that the edge keeps, so that viewers get them again although the origin has recovered. Source: CloudFront
 * developer guide, "How CloudFront processes HTTP 4xx and 5xx status codes from your origin" and "Control how long CloudFront caches
 * errors". Caching that is disabled by a cache policy does not end it.
 */

import type {ErrorTtls} from './edge-config.js'

/** Always kept. Others are kept where the origin allows it by `max-age`, which the lab's origins do not. */
const KEPT = new Set([404, 405, 414, 500, 501, 502, 503, 504])
/** Those for which `no-store` and its like are heeded; for the others they are ignored. */
const HEEDED = new Set([404, 414, 501])
const NO_STORE = /\b(no-store|no-cache|private)\b/i
/** So many paths at most: who asks for more has the oldest forgotten. */
const MOST = 1000

const DEFAULT_TTL_MS = 10_000

export interface KeptError {
  status: number
  headers: Record<string, string | string[]>
  body: Buffer
}

export class ErrorCache {
  private readonly kept = new Map<string, KeptError & {until: number}>()

  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * The key that CloudFront uses where the cache policy adds nothing to it: neither the query, nor Host, nor the origin that the function
   * chose ("Understand the cache key"). Only GET and HEAD are cached.
   */
  static keyOf({method, uri}: {method: string; uri: string}): string | undefined {
    return method === 'GET' || method === 'HEAD' ? `${method} ${uri}` : undefined
  }

  /** Milliseconds for which this answer is kept. */
  static ttlOf(status: number, cacheControl: unknown, ttls: ErrorTtls): number {
    if (!KEPT.has(status) || (HEEDED.has(status) && NO_STORE.test(String(cacheControl)))) return 0
    return ttls.get(status) ?? DEFAULT_TTL_MS
  }

  find(key: string | undefined): KeptError | undefined {
    const found = key === undefined ? undefined : this.kept.get(key)
    return found && found.until > this.now() ? found : undefined
  }

  /** Of the paths that match, whatever the method. */
  forget(matches: (uri: string) => boolean): void {
    for (const key of this.kept.keys()) if (matches(key.slice(key.indexOf(' ') + 1))) this.kept.delete(key)
  }

  keep(key: string, error: KeptError, ttlMs: number): void {
    this.kept.delete(key)
    this.kept.set(key, {...error, until: this.now() + ttlMs})
    if (this.kept.size > MOST) this.kept.delete(this.kept.keys().next().value!)
  }
}
