/** The verb: the least policy of a command on one deployment. Asks AWS nothing. */

import {DrError} from '../../errors.js'
import {commandsOf, policyOf} from '../../permissions/policy.js'
import type {CallsOfCommands} from '../../permissions/policy.js'
import type {Place} from '../../model/permission.js'
import type {IamPolicyResult} from './result.js'

export interface IamPolicyInput {
  /** A command, or a topic; undefined: all that need a permission. */
  name: string | undefined
  /** As their classes say. */
  calls: CallsOfCommands
  /** Where the target is; asked for once the name is known. */
  where: () => Promise<{target: string; place: Place}>
  lockedToEdge: boolean
}

/** Throws `CommandUnknown` (exit usage), and what `where` throws. */
export async function runIamPolicy({name, calls, where, lockedToEdge}: IamPolicyInput): Promise<IamPolicyResult> {
  const commands = commandsOf(name, calls)
  if (commands.length === 0) throw commandUnknown(name ?? '', Object.keys(calls))
  const {target, place} = await where()
  const policy = policyOf(
    commands.flatMap((command) => calls[command]!),
    {...place, lockedToEdge},
  )
  return {schemaVersion: 1, target, app: place.app, account: place.account, commands, policy}
}

const commandUnknown = (name: string, known: string[]): DrError =>
  new DrError({
    code: 'CommandUnknown',
    exit: 'usage',
    what: `"${name}" needs no AWS permissions, or is not a command`,
    why: `commands that need permissions: ${known.join(', ')}`,
    next: 'todo-dr iam-policy, alone or with one of these',
  })
