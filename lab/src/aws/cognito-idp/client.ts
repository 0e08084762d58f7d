import type * as Api from '@aws-sdk/client-cognito-identity-provider'

import {randomId} from '../../data-plane/http.js'
import type {TokenClient} from '../../data-plane/identity/token-endpoint.js'
import {fault} from '../../kernel.js'
import type {Pool} from './pool.js'

/** Scopes that every pool has without a resource server. */
const STANDARD_SCOPES = ['phone', 'email', 'openid', 'profile', 'aws.cognito.signin.user.admin']
const UNIT_SECONDS = {seconds: 1, minutes: 60, hours: 3600, days: 86_400}
const DEFAULT_VALIDITY = 3600
const MAX_VALIDITY = 86_400

type Settings = Api.CreateUserPoolClientRequest | Api.UpdateUserPoolClientRequest

/** A client as new. @throws InvalidOAuthFlowException, ScopeDoesNotExistException, InvalidParameterException */
export function newClient(pool: Pool, input: Api.CreateUserPoolClientRequest): Api.UserPoolClientType {
  if (!input.ClientName) throw fault('InvalidParameterException', 'ClientName is required')
  const {GenerateSecret, ClientSecret, ...settings} = input
  return checked(pool, {
    ...settings,
    ClientId: randomId(26),
    ClientSecret: GenerateSecret ? randomId(52) : ClientSecret,
    CreationDate: new Date(),
    LastModifiedDate: new Date(),
  })
}

/** As on AWS, what an update leaves out falls back to its default; id and secret stay. */
export function updatedClient(pool: Pool, input: Api.UpdateUserPoolClientRequest): Api.UserPoolClientType {
  const {ClientName, ClientSecret, CreationDate} = pool.client(input.ClientId)
  return checked(pool, {
    ...input,
    ClientName: input.ClientName ?? ClientName,
    ClientSecret,
    CreationDate,
    LastModifiedDate: new Date(),
  })
}

/** Without the defaults that clients don't set, and with those that AWS fills in. */
function checked(pool: Pool, client: Api.UserPoolClientType): Api.UserPoolClientType {
  const flows = client.AllowedOAuthFlows ?? []
  if (flows.includes('client_credentials')) {
    if (!client.ClientSecret) {
      throw fault(
        'InvalidOAuthFlowException',
        'client_credentials flow can not be selected if client does not have a client secret.',
      )
    }

    if (flows.length > 1) {
      throw fault(
        'InvalidOAuthFlowException',
        'client_credentials flow can not be selected along with code flow or implicit flow.',
      )
    }
  }

  const known = new Set([...STANDARD_SCOPES, ...pool.scopes()])
  const unknown = (client.AllowedOAuthScopes ?? []).find((scope) => !known.has(scope))
  if (unknown) throw fault('ScopeDoesNotExistException', `Scope ${unknown} does not exist.`)
  accessTokenSeconds(client)
  return {RefreshTokenValidity: 30, EnableTokenRevocation: true, AuthSessionValidity: 3, ...client}
}

/**
 * How long an access token lives, in seconds: at most a day. AWS also refuses less than five minutes; the lab does not,
 * so that expiry can be watched.
 */
function accessTokenSeconds({
  AccessTokenValidity: validity,
  TokenValidityUnits: units,
}: Settings | Api.UserPoolClientType): number {
  if (!validity) return DEFAULT_VALIDITY
  const seconds = validity * UNIT_SECONDS[units?.AccessToken ?? 'hours']
  if (!(seconds > 0 && seconds <= MAX_VALIDITY)) {
    throw fault('InvalidParameterException', 'Invalid range for token validity: an access token lives at most one day.')
  }

  return seconds
}

export const tokenClient = (client: Api.UserPoolClientType): TokenClient => ({
  id: client.ClientId ?? '',
  secret: client.ClientSecret,
  clientCredentials: Boolean(
    client.AllowedOAuthFlowsUserPoolClient && client.AllowedOAuthFlows?.includes('client_credentials'),
  ),
  // No user stands behind client credentials: only the scopes of resource servers make sense.
  scopes: (client.AllowedOAuthScopes ?? []).filter((scope) => !STANDARD_SCOPES.includes(scope)),
  validity: accessTokenSeconds(client),
})
