/** Hints keep their aim: a command that is printed for one target must not act on another when it is pasted. */

/** What holds commands for a person to type, in events, errors and results. What users wrote themselves stands in none of them. */
const HINTS = new Set(['next', 'hint', 'evidence'])

export interface Aim {
  /** As it was given to the command. */
  target: string
  /** Words of the commands that take --target, such as `outage start`. */
  commands: readonly string[]
}

/** Adds the target to each command in a text, right behind its words; to one that names a target already, nothing. */
export function aimed(text: string, {target, commands}: Aim): string {
  const words = [...commands].sort((one, other) => other.length - one.length).join('|')
  const named = String.raw`(?![^;,|&\n]*--target)`
  const command = new RegExp(String.raw`\btodo-dr (${words})(?![\w:-])${named}`, 'g')
  return text.replace(command, (found) => `${found} --target ${shellWord(target)}`)
}

/** The same of every hint in a value that is shown or printed as JSON. */
export function withAim<T>(value: T, aim: Aim | undefined): T {
  return aim ? (walked(value, aim, false) as T) : value
}

function walked(value: unknown, aim: Aim, isHint: boolean): unknown {
  if (typeof value === 'string') return isHint ? aimed(value, aim) : value
  if (Array.isArray(value)) return value.map((one) => walked(one, aim, isHint))
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, walked(one, aim, HINTS.has(key))]))
}

/** As one word of a POSIX shell. */
const shellWord = (text: string): string =>
  /^[\w:./@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
