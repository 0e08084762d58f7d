/** The verb: the least policy of a command on one deployment. Asks AWS nothing. */

import {DrError} from '../../errors.js'
import {commandsOf, policyOf} from '../../permissions/policy.js'
import type {Place} from '../../model/permission.js'
import type {IamPolicyResult} from './result.js'

export interface IamPolicyInput {
  /** A command, or a topic; undefined: all that need a permission. */
  name: string | undefined
  /** Where the target is; asked for once the name is known. */
  where: () => Promise<{target: string; place: Place}>
  lockedToEdge: boolean
}

/** Throws `CommandUnknown` (exit usage), and what `where` throws. */
export async function runIamPolicy({name, where, lockedToEdge}: IamPolicyInput): Promise<IamPolicyResult> {
  const commands = commandsOf(name)
  if (commands.length === 0) throw commandUnknown(name ?? '')
  const {target, place} = await where()
  const policy = policyOf(commands, {...place, lockedToEdge})
  return {schemaVersion: 1, target, app: place.app, account: place.account, commands, policy}
}

const commandUnknown = (name: string): DrError =>
  new DrError({
    code: 'CommandUnknown',
    exit: 'usage',
    what: `"${name}" needs no AWS permissions, or is not a command`,
    why: `commands that need permissions: ${commandsOf(undefined).join(', ')}`,
    next: 'todo-dr iam-policy, alone or with one of these',
  })
