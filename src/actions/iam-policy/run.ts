/** The verb: the least policy of a command on one deployment. Asks AWS nothing. */

import {DrError} from '../../errors.js'
import {commandsOf, policyOf} from '../../permissions/policy.js'
import {MANAGED_CHARACTERS, partsOf, sizeOf, USER_INLINE_CHARACTERS} from '../../permissions/parts.js'
import type {CallsOfCommands, PolicyDocument} from '../../permissions/policy.js'
import type {Emit} from '../../messages.js'
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
  /** Counted from 1; undefined: the whole. */
  part: number | undefined
  /** The command that was typed, without --part. */
  typed: string
  emit: Emit
}

export interface IamPolicyAnswer {
  result: IamPolicyResult
  /** What is printed: the whole, or the part. */
  printed: PolicyDocument
}

/** Throws `CommandUnknown` and `PartUnknown` (exit usage), and what `where` throws. */
export async function runIamPolicy(input: IamPolicyInput): Promise<IamPolicyAnswer> {
  const {name, calls, where, lockedToEdge, part, typed, emit} = input
  const commands = commandsOf(name, calls)
  if (commands.length === 0) throw commandUnknown(name ?? '', Object.keys(calls))
  const {target, place} = await where()
  const policy = policyOf(
    commands.flatMap((command) => calls[command]!),
    {...place, lockedToEdge},
  )
  const parts = partsOf(policy).map((one) => ({characters: sizeOf(one), policy: one}))
  const {app, account} = place
  const characters = sizeOf(policy)
  const result: IamPolicyResult = {schemaVersion: 1, target, app, account, commands, policy, characters, parts}
  if (part === undefined) {
    tellSize(result, typed, emit)
    return {result, printed: policy}
  }

  const chosen = parts[part - 1]
  if (!chosen) throw partUnknown(part, parts.length, typed)
  emit({code: 'note', text: `part ${part} of ${parts.length}: ${sizeInWords(chosen.characters)}`})
  return {result, printed: chosen.policy}
}

/** A policy that IAM does not take is found out by an administrator, in the console, much later. */
function tellSize({characters, parts}: IamPolicyResult, typed: string, emit: Emit): void {
  if (parts.length === 1) {
    emit({code: 'note', text: sizeInWords(characters)})
    return
  }

  emit({
    code: 'warning',
    text: `${sizeInWords(characters)}: IAM refuses it as one policy. In ${parts.length} parts it fits: ${parts.map((one) => count(one.characters)).join(' and ')} characters`,
    hint: parts.map((_, index) => `${typed} --part ${index + 1}`).join('; '),
  })
}

const count = (number: number): string => number.toLocaleString('en-US')
const sizeInWords = (characters: number): string =>
  `${count(characters)} characters; a managed policy holds ${count(MANAGED_CHARACTERS)}${characters > USER_INLINE_CHARACTERS ? `, the inline policies of a user ${count(USER_INLINE_CHARACTERS)}` : ''}`

const partUnknown = (part: number, length: number, typed: string): DrError =>
  new DrError({
    code: 'PartUnknown',
    exit: 'usage',
    what: `the policy has no part ${part}`,
    why: length === 1 ? 'it fits into one managed policy' : `it has ${length} parts`,
    next: length === 1 ? typed : `${typed} --part ${length}`,
  })

const commandUnknown = (name: string, known: string[]): DrError =>
  new DrError({
    code: 'CommandUnknown',
    exit: 'usage',
    what: `"${name}" needs no AWS permissions, or is not a command`,
    why: `commands that need permissions: ${known.join(', ')}`,
    next: 'todo-dr iam-policy, alone or with one of these',
  })
