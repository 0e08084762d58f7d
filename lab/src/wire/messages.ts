/** What goes in and out of a codec. Header names are lower case. */

export interface WireRequest {
  method: string
  /** Path and query as received. */
  url: string
  headers: Record<string, string>
  body: Buffer
}

export interface WireResponse {
  status: number
  headers: Record<string, string>
  body: string | Uint8Array
}

/** Path and query of a request's target, untouched: a URL parser would fold `//` and `..`, which S3 keys may hold. */
export function splitTarget(url: string): {path: string; query: URLSearchParams} {
  const at = url.indexOf('?')
  return at === -1
    ? {path: url, query: new URLSearchParams()}
    : {path: url.slice(0, at), query: new URLSearchParams(url.slice(at + 1))}
}
