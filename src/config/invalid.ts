import {DrError} from '../errors.js'

export const CONFIG_FILE = 'todo-dr.yaml'

export interface Mistake {
  /** Counted from 1; undefined where it is of the file as a whole. */
  position?: {line: number; col: number}
  message: string
  key?: string
}

/** What kind of file it is. */
export interface Form {
  code: string
  why: string
}

export const CONFIG_FORM: Form = {code: 'ConfigInvalid', why: `${CONFIG_FILE} must match schemas/todo-dr.schema.json`}

/** More are not named: who wrote so many has written another kind of file. */
const NAMED = 10

/** What is wrong with a settings file, and where. */
export const invalid = (file: string, position: Mistake['position'], message: string, form = CONFIG_FORM): DrError =>
  invalidIn(file, [{position, message}], form)

/** Several mistakes at once, in the order of the file, so that nobody has to run a command once for each. */
export function invalidIn(file: string, mistakes: readonly Mistake[], {code, why} = CONFIG_FORM): DrError {
  const named = mistakes.slice(0, NAMED)
  const said = named.map(({position, message, key}, index) => {
    const place = position && `${position.line}:${position.col}`
    const where = index === 0 ? [file, place].filter(Boolean).join(':') : (place ?? file)
    return `${where}: ${key ? `${key}: ` : ''}${message}`
  })
  const more = mistakes.length - named.length
  const lines = [...new Set(named.map(({position}) => position?.line ?? 1))]
  return new DrError({
    code,
    exit: 'usage',
    what: [...said, ...(more > 0 ? [`and ${more} more`] : [])].join('; '),
    why,
    next: `fix line${lines.length > 1 ? 's' : ''} ${lines.join(', ')} of ${file}`,
  })
}
