/** How a deployment ended. */

import type {DrError, ExitName} from '../../errors.js'
import type {StackOutcome} from '../../model/stack.js'

export interface DeployOutcome {
  status: 'deployed' | 'unchanged' | 'failed' | 'stopped'
  exit: ExitName
  stacks: StackOutcome[]
  bootstrapped: string[]
  /** What to say of a deployment that did not end well. */
  error?: DrError
}
