import {randomInt} from 'node:crypto'

import {fault} from '../../kernel.js'

export interface PasswordInput {
  PasswordLength?: number
  ExcludeCharacters?: string
  ExcludeNumbers?: boolean
  ExcludePunctuation?: boolean
  ExcludeUppercase?: boolean
  ExcludeLowercase?: boolean
  IncludeSpace?: boolean
  RequireEachIncludedType?: boolean
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'

/** GetRandomPassword: 32 characters of all types unless told otherwise, at least one of each included type. */
export function randomPassword(input: PasswordInput): string {
  const {
    PasswordLength: length = 32,
    RequireEachIncludedType: requireEach = true,
    ExcludeCharacters: excluded = '',
  } = input
  if (length < 1 || length > 4096) throw fault('InvalidParameterException', 'PasswordLength must be between 1 and 4096')
  const classes = [
    input.ExcludeLowercase ? '' : LOWER,
    input.ExcludeUppercase ? '' : LOWER.toUpperCase(),
    input.ExcludeNumbers ? '' : '0123456789',
    input.ExcludePunctuation ? '' : PUNCTUATION,
    input.IncludeSpace ? ' ' : '',
  ]
    .map((characters) => [...characters].filter((character) => !excluded.includes(character)))
    .filter((characters) => characters.length > 0)
  const all = classes.flat()
  if (all.length === 0) throw fault('InvalidParameterException', 'every character is excluded')
  if (requireEach && classes.length > length) {
    throw fault('InvalidParameterException', `${length} characters cannot hold one of each of ${classes.length} types`)
  }

  const pick = (characters: string[]): string => characters[randomInt(characters.length)] ?? ''
  const required = requireEach ? classes.map((characters) => pick(characters)) : []
  const password = [...required, ...Array.from({length: length - required.length}, () => pick(all))]
  for (let at = password.length - 1; at > 0; at--) {
    const other = randomInt(at + 1)
    const moved = password[at] ?? ''
    password[at] = password[other] ?? ''
    password[other] = moved
  }

  return password.join('')
}
