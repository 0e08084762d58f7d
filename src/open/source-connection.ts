/** What a deployment looks at beforehand, where a delivery pipeline takes its source from a repository outside of AWS. */

import type {Project} from '../config/project.js'
import type {DrError} from '../errors.js'
import type {Session} from './session.js'

/**
 * Warns where the connection cannot be used: every execution of the pipeline would fail. The deployment itself needs no connection. A lab gets
 * the connection, and an empty repository behind it.
 */
export async function checkConnection(session: Session, {own: {delivery}}: Project): Promise<void> {
  const {connection, repository} = delivery ?? {}
  if (connection === undefined || repository === undefined) return
  const {emit, signal} = session.options
  const [{connectionStatus}, clients, lab] = await Promise.all([
    import('../adapters/aws/connection.js'),
    session.clients(),
    session.lab(),
  ])
  if (lab) await lab.connection(connection, repository)
  const warn = (why: string, hint: string): void =>
    emit({code: 'warning', text: `the delivery pipeline cannot use its connection ${connection}: ${why}`, hint})
  try {
    const status = await connectionStatus(clients, connection, {signal})
    if (status === undefined) warn('there is no such connection', WRITE_IT)
    else if (status !== 'AVAILABLE') warn(`it is ${status}, and each execution fails`, COMPLETE_IT)
  } catch (error) {
    signal?.throwIfAborted()
    const {message, next: hint} = error as DrError
    emit({
      code: 'warning',
      text: `it is not known whether the delivery pipeline can use its connection ${connection}: ${message}`,
      hint,
    })
  }
}

const WRITE_IT =
  'make a connection in the console of Developer Tools (Settings, Connections), and write its ARN as connection of delivery into config.json'
const COMPLETE_IT =
  'complete it in the console of Developer Tools: Settings, Connections, Update pending connection. Nobody can do that by a call'
