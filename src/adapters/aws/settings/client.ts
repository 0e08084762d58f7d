/** Who may have a token of a region's user pool, by which flow, for how long and for which scopes. */

import type {ResourceServerType, UserPoolClientType} from '@aws-sdk/client-cognito-identity-provider'
import {regionOf} from '../../../model/regions.js'
import type {Item} from '../../../ports/settings.js'
import type {Asked} from './asked.js'
import {settingsOf, sorted} from './values.js'

/** The most that one answer holds (Cognito API, ListResourceServers). */
const PAGE = 50

export async function clientItems({clients, deployment, region, options}: Asked): Promise<Item[]> {
  const {userPoolId: UserPoolId, clientId: ClientId} = regionOf(deployment, region)
  const [{UserPoolClient: client = {}}, {ResourceServers = []}] = await Promise.all([
    clients.call('cognito-idp', region, 'DescribeUserPoolClient', {UserPoolId, ClientId}, options),
    clients.call('cognito-idp', region, 'ListResourceServers', {UserPoolId, MaxResults: PAGE}, options),
  ])
  return [
    {kind: 'token client', name: '', settings: clientSettings(client)},
    ...ResourceServers.map((server) => ({
      kind: 'resource server',
      name: server.Identifier ?? '',
      settings: {scopes: scopesOf(server)},
    })),
  ]
}

/** The client's own secret is another in each region, and no setting. */
const clientSettings = (client: UserPoolClientType): Item['settings'] =>
  settingsOf({
    flows: sorted(client.AllowedOAuthFlows),
    'flows allowed': client.AllowedOAuthFlowsUserPoolClient ?? false,
    scopes: sorted(client.AllowedOAuthScopes),
    'sign-in flows': sorted(client.ExplicitAuthFlows),
    providers: sorted(client.SupportedIdentityProviders),
    'token validity': client.AccessTokenValidity,
    'token validity unit': client.TokenValidityUnits?.AccessToken,
    revocation: client.EnableTokenRevocation,
    'has a secret': client.ClientSecret !== undefined,
  })

const scopesOf = ({Scopes = []}: ResourceServerType): string[] => sorted(Scopes.map(({ScopeName = ''}) => ScopeName))
