import type {IncomingMessage} from 'node:http'

import {blank} from '../../own.js'

/** A request on its way through the edge. Header names are in lower case. */
export interface ViewerRequest {
  id: string
  method: string
  /** Path without query. */
  uri: string
  /** The query as it came, without `?`. */
  search: string
  headers: [name: string, value: string][]
  body: Buffer
  ip: string
}

/** An answer that the function made itself. */
export interface GeneratedResponse {
  status: number
  headers: Record<string, string | string[]>
  body: Buffer
}

/** What a function returned is neither a request nor a response, or changes what it may not: 502. */
export class InvalidFunctionResult extends Error {}

interface Item {
  value: string
  multiValue?: {value: string}[]
}

type Items = Record<string, Item>

export function viewerRequest(message: IncomingMessage, id: string, body: Buffer): ViewerRequest {
  const url = message.url ?? '/'
  const mark = url.indexOf('?')
  const headers: [string, string][] = []
  for (let index = 0; index < message.rawHeaders.length; index += 2) {
    headers.push([(message.rawHeaders[index] ?? '').toLowerCase(), message.rawHeaders[index + 1] ?? ''])
  }

  return {
    id,
    method: message.method ?? 'GET',
    uri: mark === -1 ? url : url.slice(0, mark),
    search: mark === -1 ? '' : url.slice(mark + 1),
    headers,
    body,
    ip: message.socket.remoteAddress ?? '127.0.0.1',
  }
}

/** The event of a viewer-request function [AWS: CloudFront Functions event structure]. */
export function viewerEvent(request: ViewerRequest, distribution: {id: string; domainName: string}): object {
  const cookies = request.headers.filter(([name]) => name === 'cookie').flatMap(([, value]) => value.split(/;\s*/))
  return {
    version: '1.0',
    context: {
      distributionDomainName: distribution.domainName,
      distributionId: distribution.id,
      eventType: 'viewer-request',
      requestId: request.id,
    },
    viewer: {ip: request.ip},
    request: {
      method: request.method,
      uri: request.uri,
      rawQueryString: request.search,
      querystring: items(pairs(request.search.split('&'))),
      headers: items(request.headers.filter(([name]) => name !== 'cookie')),
      cookies: items(pairs(cookies)),
    },
  }
}

/** The request as the function left it, or the response that it made. @throws InvalidFunctionResult */
export function applyResult(request: ViewerRequest, result: unknown): ViewerRequest | GeneratedResponse {
  if (typeof result !== 'object' || result === null) throw new InvalidFunctionResult('the handler returned no object')
  if ('statusCode' in result) return generated(result as {statusCode: unknown})
  const {method, uri, querystring, headers, cookies} = result as {
    method?: unknown
    uri?: unknown
    querystring?: Items
    headers?: Items
    cookies?: Items
  }
  if (method !== request.method || typeof uri !== 'string' || !uri.startsWith('/')) {
    throw new InvalidFunctionResult('the handler returned no request')
  }

  const joined = flatten(cookies ?? {}).map(([name, value]) => `${name}=${value}`)
  const changed: [string, string][] = [
    ...flatten(headers ?? {}).map(([name, value]): [string, string] => [name.toLowerCase(), value]),
    ...(joined.length > 0 ? ([['cookie', joined.join('; ')]] as [string, string][]) : []),
  ]
  refuseRestricted(request.headers, changed)
  const search = flatten(querystring ?? {}).map(([name, value]) => (value === '' ? name : `${name}=${value}`))
  // Where the function left the query alone, it goes on byte for byte.
  const same = search.toSorted().join('&') === canonicalQuery(request.search)
  return {...request, uri, headers: changed, search: same ? request.search : search.join('&')}
}

const canonicalQuery = (search: string): string =>
  flatten(items(pairs(search.split('&'))))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .toSorted()
    .join('&')

/** Headers that a function may neither add nor change [AWS: Restrictions on edge functions]. */
const RESTRICTED =
  /^(connection|content-length|expect|host|keep-alive|proxy-.*|trailer|transfer-encoding|upgrade|via|x-accel-.*|x-amz-cf-.*|x-amzn-(auth|cf-.*|errortype|fle-.*|header-count|lambda-.*|requestid)|x-cache|x-edge-.*|x-forwarded-proto|x-real-ip)$/

function refuseRestricted(before: [string, string][], after: [string, string][]): void {
  const kept = (headers: [string, string][]) =>
    headers.filter(([name]) => RESTRICTED.test(name)).map(([name, value]) => `${name}: ${value}`)
  const given = new Set(kept(before))
  const added = kept(after).find((header) => !given.has(header))
  if (added) throw new InvalidFunctionResult(`the handler may not set ${added}`)
}

function generated(result: {statusCode: unknown; headers?: Items; cookies?: Items; body?: unknown}): GeneratedResponse {
  const {statusCode, headers, cookies, body} = result
  if (typeof statusCode !== 'number' || !Number.isInteger(statusCode) || statusCode < 100 || statusCode > 599) {
    throw new InvalidFunctionResult(`the handler returned status ${String(statusCode)}`)
  }

  const all = blank<string | string[]>()
  for (const [name, item] of Object.entries(headers ?? {}))
    all[name.toLowerCase()] = item.multiValue?.map(({value}) => value) ?? item.value
  const set = flatten(cookies ?? {}).map(([name, value]) => `${name}=${value}`)
  if (set.length > 0) all['set-cookie'] = set
  return {status: statusCode, headers: all, body: bodyOf(body)}
}

function bodyOf(body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0)
  if (typeof body === 'string') return Buffer.from(body)
  const {encoding, data} = body as {encoding?: unknown; data?: unknown}
  if (typeof data !== 'string' || (encoding !== 'text' && encoding !== 'base64'))
    throw new InvalidFunctionResult('the body has no encoding or data')
  return Buffer.from(data, encoding === 'base64' ? 'base64' : 'utf8')
}

const pairs = (parts: string[]): [string, string][] =>
  parts
    .filter((part) => part !== '')
    .map((part) => {
      const mark = part.indexOf('=')
      return mark === -1 ? [part, ''] : [part.slice(0, mark), part.slice(mark + 1)]
    })

function items(list: [string, string][]): Items {
  const all: Items = blank()
  for (const [name, value] of list) {
    const known = all[name]
    if (known) known.multiValue = [...(known.multiValue ?? [{value: known.value}]), {value}]
    else all[name] = {value}
  }

  return all
}

const flatten = (all: Items): [string, string][] =>
  Object.entries(all).flatMap(([name, {value, multiValue}]) =>
    multiValue ? multiValue.map((one): [string, string] => [name, one.value]) : [[name, value] as [string, string]],
  )
