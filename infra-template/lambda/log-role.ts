/**
 * Gives API Gateway a role with which it writes logs, where it has none in this account and region. The setting is one for all APIs
 * there (API Gateway developer guide, "Set up CloudWatch logging for REST APIs"), so that a role of others stays as it is, and ours
 * stays when the deployment goes.
 */

import {APIGatewayClient} from '@aws-sdk/client-api-gateway'
import {settle} from './log-role/settle.js'
import {need} from './shared/environment.js'
import {log} from './shared/log.js'
import {reply, type ResourceEvent} from './tokens/reply.js'

const client = new APIGatewayClient()
const role = need('LOG_ROLE_ARN')

export async function handler(event: ResourceEvent): Promise<void> {
  try {
    log({event: 'log-role', code: event.RequestType === 'Delete' ? 'left' : await settle(client, role)})
    await reply(event, role)
  } catch (error) {
    await reply(event, role, error instanceof Error ? error.message : String(error))
  }
}
