/** Whose role API Gateway writes logs with. */

import {GetAccountCommand, UpdateAccountCommand, type APIGatewayClient} from '@aws-sdk/client-api-gateway'

/** Milliseconds. API Gateway refuses a role until IAM has spread it, which takes seconds. */
const RETRY_MS = 3000
const PATIENCE_MS = 45_000

/** Sets the role where the account has none in this region, and says whose it is from now on. */
export async function settle(
  client: APIGatewayClient,
  role: string,
  retryMs = RETRY_MS,
): Promise<'ours' | 'of-others'> {
  const {cloudwatchRoleArn} = await client.send(new GetAccountCommand({}))
  if (cloudwatchRoleArn) return cloudwatchRoleArn === role ? 'ours' : 'of-others'
  const patchOperations = [{op: 'replace' as const, path: '/cloudwatchRoleArn', value: role}]
  for (const end = Date.now() + PATIENCE_MS; ;) {
    try {
      await client.send(new UpdateAccountCommand({patchOperations}))
      return 'ours'
    } catch (error) {
      if ((error as Error).name !== 'BadRequestException' || Date.now() + retryMs > end) throw error
      await new Promise((resolve) => setTimeout(resolve, retryMs))
    }
  }
}
