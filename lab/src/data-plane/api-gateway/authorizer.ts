import type {Authorizer} from '@aws-sdk/client-api-gateway'
import {decodeJwt, decodeProtectedHeader, jwtVerify, type JWTPayload} from 'jose'

import {GatewayError} from './gateway-response.js'
import {KeysUnavailable, type JwksCache} from './jwks-cache.js'

/** The issuer of a user pool's tokens: `arn:aws:cognito-idp:REGION:ACCOUNT:userpool/ID`. */
function issuerOf(poolArn: string): string {
  const {region, id} = /^arn:aws:cognito-idp:(?<region>[\w-]+):\d+:userpool\/(?<id>[\w-]+)$/.exec(poolArn)?.groups ?? {}
  return `https://cognito-idp.${region}.amazonaws.com/${id}`
}

/**
 * A COGNITO_USER_POOLS authorizer: the token, raw or as `Bearer`, must be signed by one of the pools and not be expired.
 * A method with scopes wants an access token that has one of them; a method without wants an id token
 * [AWS: Integrate a REST API with an Amazon Cognito user pool].
 *
 * Where the pool's keys can't be had, the token is refused like a wrong one. For REST APIs AWS does not say; its HTTP
 * APIs answer 401, "OIDC discovery endpoint communication error" [from memory].
 * @throws GatewayError: 401 for a token that is missing, wrong, or can't be judged, 403 for one without the scope
 */
export async function authorize(
  authorizer: Authorizer,
  scopes: string[],
  header: (name: string) => string | undefined,
  keys: JwksCache,
  onUnavailable: (why: string) => void,
): Promise<Record<string, string>> {
  const source = (authorizer.identitySource ?? 'method.request.header.Authorization').replace(
    'method.request.header.',
    '',
  )
  const token = (header(source) ?? '').replace(/^Bearer\s+/i, '').trim()
  if (!token) throw new GatewayError('UNAUTHORIZED')
  const claims = await verified(
    token,
    (authorizer.providerARNs ?? []).map((arn) => issuerOf(arn)),
    keys,
    onUnavailable,
  )
  if (claims.token_use !== (scopes.length > 0 ? 'access' : 'id')) throw new GatewayError('UNAUTHORIZED')
  const granted = String(claims.scope ?? '').split(' ')
  if (scopes.length > 0 && !scopes.some((scope) => granted.includes(scope))) throw new GatewayError('ACCESS_DENIED')
  return Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, String(value)]))
}

async function verified(
  token: string,
  issuers: string[],
  keys: JwksCache,
  onUnavailable: (why: string) => void,
): Promise<JWTPayload> {
  try {
    const {iss} = decodeJwt(token)
    const {kid} = decodeProtectedHeader(token)
    if (!iss || !kid || !issuers.includes(iss)) throw new GatewayError('UNAUTHORIZED')
    const key = await keys.key(iss, kid)
    if (!key) throw new GatewayError('UNAUTHORIZED')
    const {payload} = await jwtVerify(token, key, {
      issuer: iss,
      algorithms: ['RS256'],
      requiredClaims: ['exp', 'token_use'],
    })
    return payload
  } catch (error) {
    if (error instanceof GatewayError) throw error
    if (error instanceof KeysUnavailable) onUnavailable(error.message)
    throw new GatewayError('UNAUTHORIZED')
  }
}
