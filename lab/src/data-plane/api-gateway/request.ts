import type {IncomingMessage} from 'node:http'

import {blank} from '../../own.js'

/** A request in the words of API Gateway: names as they came, values in order. */
export interface GatewayRequest {
  requestId: string
  method: string
  /** Without stage and query, as it came. */
  path: string
  headers: [name: string, value: string][]
  query: [name: string, value: string][]
  body: Buffer
  sourceIp: string
  protocol: string
  receivedAt: Date
  /** Where it came by a custom domain name: that, and the whole path. */
  domain?: {name: string; path: string}
}

export function gatewayRequest(
  request: IncomingMessage,
  requestId: string,
  path: string,
  search: string,
): GatewayRequest {
  const {rawHeaders} = request
  const headers: [string, string][] = []
  for (let index = 0; index < rawHeaders.length; index += 2)
    headers.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? ''])
  return {
    requestId,
    method: request.method ?? 'GET',
    path,
    headers,
    query: [...new URLSearchParams(search)],
    body: Buffer.alloc(0),
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
    protocol: `HTTP/${request.httpVersion}`,
    receivedAt: new Date(),
  }
}

/** The last value, as a single-value map has it. */
export const headerOf = (request: GatewayRequest, name: string): string | undefined =>
  request.headers.findLast(([one]) => one.toLowerCase() === name.toLowerCase())?.[1]

export const single = (pairs: [string, string][]): Record<string, string> | null =>
  pairs.length > 0 ? Object.fromEntries(pairs) : null

export function multi(pairs: [string, string][]): Record<string, string[]> | null {
  if (pairs.length === 0) return null
  const all = blank<string[]>()
  for (const [name, value] of pairs) (all[name] ??= []).push(value)
  return all
}

/** Whether a content type is among an API's binary media types, such as `image/png`, `image/*` or `every type`. */
export function isBinary(types: string[], contentType: string | undefined): boolean {
  const given = (contentType ?? '').split(/[;,]/)[0]?.trim().toLowerCase() ?? ''
  return types.some((type) => {
    const wanted = type.replaceAll('~1', '/').toLowerCase()
    return wanted === '*/*' || wanted === given || (wanted.endsWith('/*') && given.startsWith(wanted.slice(0, -1)))
  })
}
