import {DrError} from '../errors.js'

export const CONFIG_FILE = 'todo-dr.yaml'

/** What is wrong with a todo-dr.yaml, and where. */
export function invalid(
  file: string,
  position: {line: number; col: number} | undefined,
  message: string,
  key?: string,
): DrError {
  const place = position ? `${file}:${position.line}:${position.col}` : file
  return new DrError({
    code: 'ConfigInvalid',
    exit: 'usage',
    what: `${place}: ${key ? `${key}: ` : ''}${message}`,
    why: `${CONFIG_FILE} must match schemas/todo-dr.schema.json`,
    next: `fix line ${position?.line ?? 1} of ${file}`,
  })
}
