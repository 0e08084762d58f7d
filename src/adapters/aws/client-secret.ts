/** The secret of a user pool's client, read in the pool's own region and kept in memory only. */

import {DrError} from '../../errors.js'
import type {Deployment, Region} from '../../model/deployment.js'
import {regionOf} from '../../model/regions.js'
import type {CallOptions} from '../../ports/world.js'
import type {Clients} from './clients.js'

export function clientSecrets(clients: Clients, deployment: Deployment) {
  return async (region: Region, options: CallOptions = {}): Promise<string> => {
    const {userPoolId: UserPoolId, clientId: ClientId} = regionOf(deployment, region)
    const pool = {UserPoolId, ClientId}
    const answer = await clients.call('cognito-idp', region, 'DescribeUserPoolClient', pool, options)
    const secret = answer.UserPoolClient?.ClientSecret
    if (secret) return secret
    throw new DrError({
      code: 'ClientWithoutSecret',
      exit: 'credentials',
      what: `the client ${ClientId} of the user pool ${UserPoolId} has no secret`,
      why: 'the client credentials flow needs a secret',
      next: `deploy the identity stack of ${region} again`,
    })
  }
}
