import {Pool, type Dispatcher} from 'undici'

import type {EdgeOrigin, Forward} from './edge-config.js'
import type {OriginNames} from './origin-names.js'
import type {ViewerRequest} from './viewer-request.js'

export type OriginResponse = Dispatcher.ResponseData

/** The origin gave no answer: 502 where it can't be reached or breaks off, 504 where it keeps silent. */
export class OriginFailure extends Error {
  constructor(
    readonly status: 502 | 504,
    message: string,
  ) {
    super(message)
  }
}

const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'])
const TIMED_OUT = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])
const HOP_BY_HOP = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
/** What goes to the origin even where no origin request policy asks for it. */
const ALWAYS = /^(accept-encoding|content-.*|if-.*|range)$/

/** Carries requests to origins, on connections that are kept. */
export class OriginClient {
  private readonly pools = new Map<string, Pool>()

  constructor(private readonly names: OriginNames) {}

  /**
   * One origin, with its attempts: a connection that fails is tried again for every method, an answer that does not come
   * for GET and HEAD only [AWS: Request and response behavior for custom origins].
   * @throws OriginFailure
   */
  async send(origin: EdgeOrigin, request: ViewerRequest, forward: Forward, edgeName: string): Promise<OriginResponse> {
    const host = this.names.resolve(origin.domainName)
    if (!host) throw new OriginFailure(502, "CloudFront wasn't able to resolve the origin domain name.")
    const pool = this.poolOf(host.port, origin)
    const query = forward === 'none' || request.search === '' ? '' : `?${request.search}`
    const options: Dispatcher.RequestOptions = {
      method: request.method as Dispatcher.HttpMethod,
      path: `${origin.originPath}${request.uri}${query}`,
      headers: originHeaders(origin, request, forward, edgeName),
      body: request.body.length > 0 ? request.body : null,
      headersTimeout: origin.readTimeoutMs,
      bodyTimeout: origin.readTimeoutMs,
    }
    for (let attempt = 1; ; attempt++) {
      try {
        return await pool.request(options)
      } catch (error) {
        const {code = '', message} = error as NodeJS.ErrnoException
        const again = NEVER_CONNECTED.has(code) || request.method === 'GET' || request.method === 'HEAD'
        if (attempt >= origin.attempts || !again)
          throw new OriginFailure(TIMED_OUT.has(code) ? 504 : 502, `${origin.domainName}: ${message}`)
      }
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.destroy()))
  }

  private poolOf(port: number, {connectionTimeoutMs, keepAliveMs}: EdgeOrigin): Pool {
    const key = `${port} ${connectionTimeoutMs} ${keepAliveMs}`
    const pool =
      this.pools.get(key) ??
      new Pool(`http://127.0.0.1:${port}`, {
        connect: {timeout: connectionTimeoutMs},
        keepAliveTimeout: keepAliveMs,
        keepAliveMaxTimeout: keepAliveMs,
      })
    this.pools.set(key, pool)
    return pool
  }
}

function originHeaders(origin: EdgeOrigin, request: ViewerRequest, forward: Forward, edgeName: string): string[] {
  const viewerHost = request.headers.find(([name]) => name === 'host')?.[1] ?? ''
  const hops = [...request.headers.filter(([name]) => name === 'x-forwarded-for').map(([, value]) => value), request.ip]
  const custom = new Set(origin.customHeaders.map(([name]) => name))
  const passed = request.headers.filter(
    ([name]) =>
      !HOP_BY_HOP.has(name) &&
      !custom.has(name) &&
      !['host', 'x-forwarded-for', 'content-length'].includes(name) &&
      (forward !== 'none' || ALWAYS.test(name)),
  )
  return [
    ['host', forward === 'all' ? viewerHost : (origin.hostHeader ?? origin.domainName)],
    ...passed,
    ...(forward === 'none' ? [['user-agent', 'Amazon CloudFront']] : []),
    ['x-forwarded-for', hops.join(', ')],
    ['via', `1.1 ${edgeName} (CloudFront)`],
    ['x-amz-cf-id', request.id],
    ...origin.customHeaders,
  ].flat()
}
