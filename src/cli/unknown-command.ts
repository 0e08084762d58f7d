/** What is said of a command that does not exist. Pure. */

import {distance} from 'fastest-levenshtein'
import {DrError} from '../errors.js'

/** This share of the letters of a command's last word may differ: with more it is another word. */
const TYPO_SHARE = 0.5

/** `typed`: what stands behind the program's name, word by word. `ids`: every command, such as `lab:start`. */
export function unknownCommand(typed: string[], ids: readonly string[]): DrError {
  const first = typed.findIndex((word) => word.startsWith('-'))
  const words = first === -1 ? typed : typed.slice(0, first)
  if (words.length === 0)
    return unknown('the command must come first', 'flags stand after the command', 'todo-dr --help')

  const known = ids.map((id) => id.replaceAll(':', ' ')).find((name) => `${words.join(' ')} `.startsWith(`${name} `))
  if (known !== undefined) {
    const [extra] = words.slice(known.split(' ').length)
    return unknown(`unexpected argument: ${extra}`, `${known} does not take it`, `todo-dr ${known} --help`)
  }

  const nearest = nearestCommands(words, ids)
  const isTopic = ids.some((id) => id.startsWith(`${words[0]}:`))
  const next = nearest.length === 1 ? nearest[0] : isTopic ? words[0] : undefined
  return unknown(
    `unknown command: ${words.slice(0, isTopic ? 2 : 1).join(' ')}`,
    nearest.length > 0 ? `did you mean ${nearest.join(' or ')}?` : undefined,
    ['todo-dr', next, '--help'].filter(Boolean).join(' '),
  )
}

const unknown = (what: string, why: string | undefined, next: string): DrError =>
  new DrError({code: 'CommandUnknown', exit: 'usage', what, why, next})

/** The commands that differ least, each from as many words as it has: what follows may be arguments. */
function nearestCommands(words: string[], ids: readonly string[]): string[] {
  const near = ids
    .map((id) => id.replaceAll(':', ' '))
    .map((name) => ({name, steps: distance(name, words.slice(0, name.split(' ').length).join(' '))}))
    .filter(({name, steps}) => steps <= TYPO_SHARE * name.split(' ').at(-1)!.length)
  const least = Math.min(...near.map(({steps}) => steps))
  return near.filter(({steps}) => steps === least).map(({name}) => name)
}
