import {ServiceFault, type Lab} from '../../kernel.js'

export interface Connection {
  ProviderType: string
  ConnectionStatus: string
}

/** Undefined where CodeConnections has none of this ARN. */
export async function connectionOf(lab: Lab, ConnectionArn: string): Promise<Connection | undefined> {
  const region = ConnectionArn.split(':')[3] ?? ''
  try {
    return (await lab.call('codeconnections', 'GetConnection', {ConnectionArn}, region)).Connection as Connection
  } catch (error) {
    if (error instanceof ServiceFault) return undefined
    throw error
  }
}
