/** One shape for the two ways in: an API Gateway proxy event, and a direct invocation with the same payload. */

import type {APIGatewayProxyEvent} from 'aws-lambda'
import {Refusal, badRequest} from './answer.js'

export interface ApiRequest {
  viaApi: boolean
  /** When the caller's token expires, in epoch milliseconds, where the authorizer says so. */
  expiresAt?: number
  /** Query of a GET; the payload itself where the function is invoked directly. */
  query: Record<string, unknown>
  /** Reads the JSON body, or throws 400, 413 or 415. The payload itself where the function is invoked directly. */
  json(): Record<string, unknown>
}

/** Far above what the longest valid ToDo needs, far below API Gateway's 10 MB. */
const MAX_BODY_BYTES = 64 * 1024

type ProxyEvent = Pick<APIGatewayProxyEvent, 'httpMethod' | 'requestContext'> &
  Partial<Pick<APIGatewayProxyEvent, 'headers' | 'queryStringParameters' | 'body' | 'isBase64Encoded'>>

export function toRequest(event: unknown): ApiRequest {
  if (isProxyEvent(event)) {
    const exp = Number(event.requestContext.authorizer?.exp ?? Number.NaN)
    const expiresAt = Number.isNaN(exp) ? undefined : exp * 1000
    return {viaApi: true, expiresAt, query: event.queryStringParameters ?? {}, json: () => readBody(event)}
  }

  return {
    viaApi: false,
    query: isRecord(event) ? event : {},
    json: () => asObject(event),
  }
}

function isProxyEvent(event: unknown): event is ProxyEvent {
  return isRecord(event) && typeof event.httpMethod === 'string' && isRecord(event.requestContext)
}

function readBody(event: ProxyEvent): Record<string, unknown> {
  requireJsonType(event.headers ?? {})
  const text = decode(event.body ?? '', event.isBase64Encoded === true)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw badRequest('InvalidJson', 'The body is not JSON.')
  }

  return asObject(value)
}

/** An absent content type is taken for JSON; any other than JSON in UTF-8 is refused. */
function requireJsonType(headers: Record<string, string | undefined>): void {
  const name = Object.keys(headers).find((key) => key.toLowerCase() === 'content-type')
  const value = name === undefined ? undefined : headers[name]
  if (value === undefined || value === '') return
  const [type, ...parameters] = value.split(';').map((part) => part.trim().toLowerCase())
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length)
  const isUtf8 = charset === undefined || /^"?utf-?8"?$/.test(charset)
  if (type !== 'application/json' || !isUtf8) {
    throw new Refusal(415, 'UnsupportedMediaType', 'Send the body as application/json in UTF-8.')
  }
}

function decode(body: string, isBase64: boolean): string {
  const bytes = isBase64 ? Buffer.from(body, 'base64') : Buffer.from(body, 'utf8')
  if (bytes.length > MAX_BODY_BYTES) {
    throw new Refusal(413, 'BodyTooLarge', `The body is larger than ${MAX_BODY_BYTES} bytes.`)
  }

  let text: string
  try {
    text = new TextDecoder('utf8', {fatal: true}).decode(bytes)
  } catch {
    throw notUtf8()
  }

  // API Gateway hands over a string in which bytes that are no UTF-8 have already become U+FFFD. Storing that would
  // change what the client sent without a word; who means the character itself can send it as \ufffd.
  if (text.includes('\uFFFD')) throw notUtf8()
  return text
}

const notUtf8 = (): Refusal => badRequest('InvalidEncoding', 'The body is not UTF-8.')

function asObject(value: unknown): Record<string, unknown> {
  if (!isRecord(value)) throw badRequest('InvalidBody', 'The body must be a JSON object.')
  return value
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
