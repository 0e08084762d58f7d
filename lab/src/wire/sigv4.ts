/** Checks signatures as AWS does. Source: the Signature Version 4 pages of the IAM user guide. */

import {createHash, createHmac, timingSafeEqual, verify as verifyEcdsa} from 'node:crypto'

import {fault} from '../kernel.js'
import type {Credentials, KeyPair} from './credentials.js'
import {splitTarget, type WireRequest} from './messages.js'
import type {SignatureScope} from './scope.js'
import {publicKeyOf} from './sigv4a.js'

const MINUTE_MS = 60_000
/** AWS refuses a signature that is older or newer than this (IAM user guide, "Troubleshoot signed requests"; S3's error page). */
const maxSkewMs = (service: string): number => (service === 's3' ? 15 : 5) * MINUTE_MS

/**
 * Returns whose key signed the request. Throws InvalidClientTokenId for an unknown key or session token, ExpiredToken,
 * RequestTimeTooSkewed, or SignatureDoesNotMatch, all 403; authentication.ts renames them for each protocol.
 */
export function verify(
  request: WireRequest,
  scope: SignatureScope,
  credentials: Pick<Credentials, 'find'>,
  now = Date.now(),
): KeyPair {
  const {path, query} = splitTarget(request.url)
  const key = credentials.find(scope.accessKeyId)
  const token = request.headers['x-amz-security-token'] ?? query.get('X-Amz-Security-Token') ?? undefined
  if (!key || key.sessionToken !== token) {
    throw fault('InvalidClientTokenId', 'The security token included in the request is invalid.', 403)
  }

  if (key.expiresAt !== undefined && key.expiresAt <= now) {
    throw fault('ExpiredToken', 'The security token included in the request is expired', 403)
  }

  const stamp = request.headers['x-amz-date'] ?? query.get('X-Amz-Date') ?? ''
  checkTime(stamp, scope, query, now)
  checkSignedHeaders(scope)
  const stringToSign = [
    scope.algorithm,
    stamp,
    scopeText(scope),
    sha256(canonicalRequest(request, scope, path, query)),
  ].join('\n')
  if (isSignedBy(key, scope, stringToSign)) return key
  throw mismatch(
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
  )
}

/** A signature that leaves the host out would be as good at any other host. SigV4A's regions are in a header, or in a signed query. */
function checkSignedHeaders({algorithm, presigned, signedHeaders}: SignatureScope): void {
  if (!signedHeaders.includes('host'))
    throw mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
  if (algorithm === 'AWS4-ECDSA-P256-SHA256' && !presigned && !signedHeaders.includes('x-amz-region-set'))
    throw mismatch("'X-Amz-Region-Set' must be a 'SignedHeader' in the AWS Authorization.")
}

function isSignedBy(key: KeyPair, scope: SignatureScope, stringToSign: string): boolean {
  const given = Buffer.from(scope.signature, 'hex')
  if (scope.algorithm === 'AWS4-ECDSA-P256-SHA256')
    return verifyEcdsa('sha256', Buffer.from(stringToSign), publicKeyOf(key), given)
  const wanted = hmac(signingKey(key.secretAccessKey, scope), stringToSign)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

const mismatch = (message: string): Error => fault('SignatureDoesNotMatch', message, 403)

function signingKey(
  secret: string,
  {date, region, service}: Pick<SignatureScope, 'date' | 'region' | 'service'>,
): Buffer {
  return hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), 'aws4_request')
}

/** SigV4A's scope has no region. */
const scopeText = ({algorithm, date, region, service}: SignatureScope): string =>
  [date, ...(algorithm === 'AWS4-HMAC-SHA256' ? [region] : []), service, 'aws4_request'].join('/')

function checkTime(stamp: string, scope: SignatureScope, query: URLSearchParams, now: number): void {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp) ?? []
  const at = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`)
  if (Number.isNaN(at) || !stamp.startsWith(scope.date)) {
    throw fault('IncompleteSignature', 'X-Amz-Date is missing, or not of the day in the scope')
  }

  const skewMs = maxSkewMs(scope.service)
  const lifeMs = scope.presigned ? Number(query.get('X-Amz-Expires') ?? 0) * 1000 : skewMs
  if (at - now <= skewMs && now - at <= lifeMs) return
  const here = basic(now)
  if (scope.service === 's3')
    throw fault(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      403,
    )
  const text =
    at > now
      ? `Signature not yet current: ${stamp} is still later than ${basic(now + skewMs)} (${here} + 5 min.)`
      : `Signature expired: ${stamp} is now earlier than ${basic(now - lifeMs)} (${here} - 5 min.)`
  throw fault('RequestTimeTooSkewed', text, 403)
}

/** As signatures write a time: 20260102T030405Z. */
const basic = (at: number): string => new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '')

function canonicalRequest(request: WireRequest, scope: SignatureScope, path: string, query: URLSearchParams): string {
  const headers = scope.signedHeaders.map((name) => {
    const value = request.headers[name]
    if (value === undefined) throw mismatch(`the signed header ${name} is missing`)
    return `${name}:${value.trim().replaceAll(/\s+/g, ' ')}\n`
  })
  return [
    request.method,
    // S3 signs the path as sent; every other service encodes it once more.
    scope.service === 's3' ? path : escape(path).replaceAll('%2F', '/'),
    canonicalQuery(query),
    headers.join(''),
    scope.signedHeaders.join(';'),
    bodyHash(request, scope),
  ].join('\n')
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [escape(name), escape(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? order(x, y) : order(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** A hash that the header states must be the body's; UNSIGNED-PAYLOAD and STREAMING-... stand for themselves. */
function bodyHash(request: WireRequest, scope: SignatureScope): string {
  const stated = request.headers['x-amz-content-sha256']
  if (stated === undefined) return scope.presigned && scope.service === 's3' ? 'UNSIGNED-PAYLOAD' : sha256(request.body)
  if (!/^[\da-f]{64}$/.test(stated)) return stated
  if (stated !== sha256(request.body)) {
    throw fault(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    )
  }

  return stated
}

const escape = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.codePointAt(0)!.toString(16).toUpperCase()}`)

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest()
