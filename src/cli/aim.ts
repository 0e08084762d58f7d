/** Hints keep their aim: a command that is printed for one target must not act on another when it is pasted. */

import {labNameOf} from '../config/lab-name.js'

/** What holds commands for a person to type, in events, errors and results. What users wrote themselves stands in none of them. */
const HINTS = new Set(['next', 'hint', 'evidence', 'remedy'])

export interface Aim {
  /** As it was given to the command. */
  target: string
  /** Words of the commands that take --target, such as `outage start`. */
  commands: readonly string[]
  /** It ends together with the command: what is pasted afterwards finds nothing. */
  gone?: boolean
}

/** In place of a hint whose target is gone. */
const GONE = 'todo-dr drill --keep leaves the lab running, to look at it'

/** What is known of a command without loading it. */
interface KnownCommand {
  id: string
  flags: Record<string, {hidden?: boolean}>
  /** Stated by commands that act on labs and on no other target; see DrCommand. */
  labOnly?: unknown
}

/** The words of the commands that can act on a target. */
export function commandsFor({target, gone}: Omit<Aim, 'commands'>, commands: readonly KnownCommand[]): string[] {
  const takesLabs = labNameOf(target) !== undefined && !gone
  return commands
    .filter(({flags, labOnly}) => flags.target && !flags.target.hidden && (takesLabs || !labOnly))
    .map(({id}) => id.replaceAll(':', ' '))
}

/** Adds the target to each command in a text, right behind its words; to one that names a target already, nothing. No command of a target that is gone is told. */
export function aimed(text: string, {target, commands, gone}: Aim): string {
  const words = [...commands].sort((one, other) => other.length - one.length).join('|')
  const command = String.raw`\btodo-dr (${words})(?![\w:-])`
  if (gone) return new RegExp(command).test(text) ? GONE : text
  const unnamed = new RegExp(String.raw`${command}(?![^;,|&\n]*--target)`, 'g')
  return text.replace(unnamed, (found) => `${found} --target ${shellWord(target)}`)
}

/** The same of every hint in a value that is shown or printed as JSON. */
export function withAim<T>(value: T, aim: Aim | undefined): T {
  return aim ? (walked(value, aim, false) as T) : value
}

function walked(value: unknown, aim: Aim, isHint: boolean): unknown {
  if (typeof value === 'string') return isHint ? aimed(value, aim) : value
  if (Array.isArray(value)) return value.map((one) => walked(one, aim, isHint))
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value
  const entries = Object.entries(value).map(([key, one]) => [key, walked(one, aim, HINTS.has(key))] as const)
  // In the middle of a command what comes next is its own business; a refusal ends it.
  const isPassing = (key: string): boolean => key === 'next' || (key === 'hint' && !('gate' in value))
  return Object.fromEntries(entries.filter(([key, one]) => one !== GONE || !isPassing(key)))
}

/** As one word of a POSIX shell. */
export const shellWord = (text: string): string =>
  /^[\w:./@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
