/** The tokens by which IAM lets clients into databases. Source: "IAM database authentication", Aurora user guide. */

import type {KeyIssuer} from '../../kernel.js'
import {scopeOf} from '../../wire/scope.js'
import {verify} from '../../wire/sigv4.js'

/** Seconds: "each token has a lifetime of 15 minutes". */
const LIFE = 900

/** What a client connects to, and as whom. */
export interface Door {
  host: string
  port: number
  region: string
  user: string
}

/**
 * Who has signed the token, by ARN. It is a URL without its scheme, signed as a GET of `rds-db`. Throws where it is not for this door, not
 * whole, not of a key of this lab, or no longer good. Another spelling of the same URL is refused too.
 */
export function signerOf(token: string, door: Door, credentials: Pick<KeyIssuer, 'find'>, now: number): string {
  const [, host, url = ''] = /^([^/]+)(\/\?.+)$/.exec(token) ?? []
  if (host !== `${door.host}:${door.port}`) throw new Error(`it is not for ${door.host}:${door.port}`)
  const query = new URLSearchParams(url.slice('/?'.length))
  if (url !== `/?${[...query].map(([name, value]) => `${escape(name)}=${escape(value)}`).join('&')}`)
    throw new Error('it is not spelled as a signed URL is')
  const is = (name: string, value: string): void => {
    if (query.get(name) !== value) throw new Error(`its ${name} is not ${value}`)
  }
  is('Action', 'connect')
  is('DBUser', door.user)
  is('X-Amz-SignedHeaders', 'host')
  is('X-Amz-Algorithm', 'AWS4-HMAC-SHA256')
  const seconds = query.get('X-Amz-Expires') ?? ''
  if (!/^[1-9]\d{0,2}$/.test(seconds) || Number(seconds) > LIFE) throw new Error('its X-Amz-Expires is out of range')
  if (!/^[\da-f]{64}$/.test(query.get('X-Amz-Signature') ?? '')) throw new Error('its X-Amz-Signature is none')
  const scope = scopeOf(url, {})
  if (scope?.service !== 'rds-db' || scope.region !== door.region)
    throw new Error(`it is not signed for rds-db in ${door.region}`)
  return verify({method: 'GET', url, headers: {host}, body: Buffer.alloc(0)}, scope, credentials, now).arn
}

const escape = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.codePointAt(0)!.toString(16).toUpperCase()}`)
