/** Access tokens of Cognito user pools: what must be true of one. Pure. */

import {createPublicKey, verify, type KeyObject} from 'node:crypto'

/** A user pool whose tokens are good here. */
export interface Pool {
  arn: string
  /** The only client whose tokens are. */
  clientId: string
}

/** A public key, as a pool publishes it (Cognito developer guide, "Verifying JSON web tokens"). */
export interface PublicKey {
  kid: string
  n: string
  e: string
}

export interface Token {
  kid: string
  claims: Record<string, unknown>
  /** What the signature is of. */
  signed: string
  signature: Buffer
}

/** `https://cognito-idp.REGION.amazonaws.com/ID`, which a pool's tokens name, of `arn:aws:cognito-idp:REGION:ACCOUNT:userpool/ID`. */
export function issuerOf({arn}: Pool): string {
  const {region, id} =
    /^arn:[\w-]+:cognito-idp:(?<region>[\w-]+):\d{12}:userpool\/(?<id>[\w-]+)$/.exec(arn)?.groups ?? {}
  if (region === undefined) throw new Error('The ARN of a user pool is malformed.')
  return `https://cognito-idp.${region}.amazonaws.com/${id}`
}

/** Pools sign with RS256 alone; nothing that a token says may choose another way (RFC 8725, 3.1). */
const ALGORITHM = 'RS256'

/** Undefined for what has not the form of a token that a pool signs. */
export function tokenOf(text: string): Token | undefined {
  const parts = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(text)?.slice(1)
  if (!parts) return undefined
  const [head, body, signature] = parts as [string, string, string]
  const header = jsonOf(head)
  const claims = jsonOf(body)
  if (!header || !claims || header.alg !== ALGORITHM || typeof header.kid !== 'string' || 'crit' in header)
    return undefined
  return {kid: header.kid, claims, signed: `${head}.${body}`, signature: Buffer.from(signature, 'base64url')}
}

function jsonOf(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

export const keyOf = ({n, e}: PublicKey): KeyObject => createPublicKey({key: {kty: 'RSA', n, e}, format: 'jwk'})

export const isSignedBy = (key: KeyObject, {signed, signature}: Token): boolean =>
  verify('RSA-SHA256', Buffer.from(signed), key, signature)

/**
 * Why the claims are not those of a token that this pool's client got to call an API with, or undefined where they are. `now`: epoch
 * seconds. The steps are those of the Cognito developer guide, "Verifying JSON web tokens".
 */
export function flawOf(claims: Record<string, unknown>, pool: Pool, now: number): string | undefined {
  if (claims.iss !== issuerOf(pool)) return 'OtherIssuer'
  if (claims.token_use !== 'access') return 'NoAccessToken'
  if (claims.client_id !== pool.clientId) return 'OtherClient'
  if (typeof claims.exp !== 'number' || !(claims.exp > now)) return 'Expired'
  return undefined
}

export const hasScope = ({scope}: Record<string, unknown>, wanted: string): boolean =>
  typeof scope === 'string' && scope.split(' ').includes(wanted)
