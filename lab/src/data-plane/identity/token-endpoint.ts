import {timingSafeEqual, createHash, randomUUID} from 'node:crypto'
import type {IncomingMessage, ServerResponse} from 'node:http'

import {readBody, sendJson} from '../http.js'

/** A client as the token endpoint sees it. */
export interface TokenClient {
  id: string
  secret: string | undefined
  /** Whether it may use client credentials. */
  clientCredentials: boolean
  scopes: string[]
  /** Seconds. */
  validity: number
}

export interface TokenIssuer {
  issuer: string
  client(id: string): TokenClient | undefined
  sign(claims: Record<string, unknown>): Promise<string>
}

const MAX_FORM = 64 * 1024

/**
 * `POST /oauth2/token` of a user pool's domain: client credentials only, as there are no users here. Errors as Cognito
 * gives them: 400 and an OAuth 2 code [AWS: The token issuer endpoint].
 */
export async function serveTokens(
  request: IncomingMessage,
  response: ServerResponse,
  issuer: TokenIssuer,
): Promise<void> {
  const path = (request.url ?? '').split('?')[0]
  const body = await readBody(request, MAX_FORM)
  if (path !== '/oauth2/token') return sendJson(response, 404, {error: 'not_found'})
  if (request.method !== 'POST') return sendJson(response, 405, {error: 'invalid_request'}, {allow: 'POST'})
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')
  if (!body || !isForm) return refuse(response, 'invalid_request')

  const form = new URLSearchParams(body.toString())
  const grant = form.get('grant_type')
  if (!grant) return refuse(response, 'invalid_request')
  if (grant !== 'client_credentials') return refuse(response, 'unsupported_grant_type')

  const given = credentials(request.headers.authorization, form)
  const client = given && issuer.client(given.id)
  if (!given || !client?.secret || !same(client.secret, given.secret)) return refuse(response, 'invalid_client')
  if (!client.clientCredentials) return refuse(response, 'unauthorized_client')

  const wanted = (form.get('scope') ?? '').split(' ').filter(Boolean)
  const scopes = wanted.length > 0 ? wanted : client.scopes
  if (scopes.length === 0 || scopes.some((scope) => !client.scopes.includes(scope)))
    return refuse(response, 'invalid_scope')

  sendJson(
    response,
    200,
    {
      access_token: await issuer.sign(claims(client, scopes, issuer.issuer)),
      expires_in: client.validity,
      token_type: 'Bearer',
    },
    {'cache-control': 'no-store', pragma: 'no-cache'},
  )
}

function claims(client: TokenClient, scopes: string[], iss: string): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000)
  return {
    sub: client.id,
    token_use: 'access',
    scope: scopes.join(' '),
    auth_time: now,
    iss,
    exp: now + client.validity,
    iat: now,
    version: 2,
    jti: randomUUID(),
    client_id: client.id,
  }
}

/** HTTP Basic, or both in the form; not mixed. */
function credentials(
  authorization: string | undefined,
  form: URLSearchParams,
): {id: string; secret: string} | undefined {
  if (authorization === undefined) {
    const [id, secret] = [form.get('client_id'), form.get('client_secret')]
    return id && secret ? {id, secret} : undefined
  }

  const [, encoded] = /^Basic ([\w+/=-]+)$/i.exec(authorization) ?? []
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString()) ?? []
  const inForm = form.get('client_id')
  if (!id || !secret || (inForm !== null && inForm !== id)) return undefined
  return {id, secret}
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
const same = (left: string, right: string): boolean => timingSafeEqual(digest(left), digest(right))

const refuse = (response: ServerResponse, error: string): void =>
  sendJson(response, 400, {error}, {'cache-control': 'no-store', pragma: 'no-cache'})
