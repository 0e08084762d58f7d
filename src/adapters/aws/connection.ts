/** The connection of CodeConnections by which a pipeline reaches a repository outside of AWS. */

import type {CallOptions} from '../../ports/call.js'
import type {Clients} from './clients.js'
import {isFault} from './errors.js'

/**
 * As CodeConnections has it: `PENDING` until a person has completed it, then `AVAILABLE`, or `ERROR` ["Workflow to create or update
 * connections", Developer Tools console user guide]. Undefined where there is none of this ARN.
 */
export async function connectionStatus(
  clients: Clients,
  ConnectionArn: string,
  options: CallOptions,
): Promise<string | undefined> {
  const region = ConnectionArn.split(':')[3]!
  try {
    const {Connection} = await clients.call('codeconnections', region, 'GetConnection', {ConnectionArn}, options)
    return Connection?.ConnectionStatus
  } catch (error) {
    if (isFault(error, 'ResourceNotFoundException')) return undefined
    throw error
  }
}
