/**
 * Who may speak to a port of the lab. A web page can reach every port of its reader's machine: by address, or by a name of
 * its own that its DNS leads to 127.0.0.1 (rebinding). Browsers tell on it in headers that no page can forge.
 */

import type {IncomingHttpHeaders, IncomingMessage, ServerResponse} from 'node:http'

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void

export interface Door {
  /**
   * `programs`: no browser has business here, and a request that bears the marks of a page is refused. `anyone`: what stands behind
   * it faces the internet on AWS; other origins get there what AWS would say to them.
   */
  opensTo: 'programs' | 'anyone'
  /** Whether this port is reached by this name, lower case and without a port, beside the names of loopback. */
  serves?(hostname: string): boolean
}

/** The handler behind a door: what the door refuses never reaches it, and is answered 403 without a CORS header. */
export function guarded(door: Door, handler: HttpHandler): HttpHandler {
  return (request, response) => {
    const message = refusal(request.headers, door)
    if (message === undefined) return handler(request, response)
    const body = JSON.stringify(
      door.opensTo === 'anyone' ? {message: 'Forbidden'} : {error: {code: 'Forbidden', message}},
    )
    const length = String(Buffer.byteLength(body))
    // What the request still sends is not read.
    response.writeHead(403, {'content-type': 'application/json', 'content-length': length, connection: 'close'})
    response.end(request.method === 'HEAD' ? undefined : body)
  }
}

/** Why a request with these headers is refused; undefined where it may pass. */
export function refusal(headers: IncomingHttpHeaders, {opensTo, serves}: Door): string | undefined {
  const hostname = hostnameOf(headers.host)
  if (!isLoopback(hostname) && serves?.(hostname) !== true) return 'the lab does not serve a host of this name'
  if (opensTo === 'anyone') return undefined
  if (headers.origin !== undefined) return 'web pages are not served here'
  // `none`: a person typed the address. `same-site` is another port of localhost, thus another program's page.
  const site = headers['sec-fetch-site']
  return site === undefined || site === 'none' ? undefined : 'web pages are not served here'
}

const hostnameOf = (host = ''): string => host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '')

/**
 * Nobody's DNS decides on these. Names below localhost count: clients put an account or a bucket before a host. RFC 6761, 6.3, keeps
 * them for loopback.
 */
const isLoopback = (hostname: string): boolean => /^(?:127\.0\.0\.1|\[::1\]|(?:[\w-]+\.)*localhost)$/.test(hostname)
