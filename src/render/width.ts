/** How wide lines may be. */

import type {WriteStream} from 'node:tty'

/**
 * Columns of a terminal, or what COLUMNS says where there is none (`COLUMNS=80 todo-dr status | less`). Undefined in a file and in a
 * pipe: a program reads whole lines.
 */
export function widthOf(
  {columns}: Partial<Pick<WriteStream, 'columns'>>,
  {COLUMNS = ''}: NodeJS.ProcessEnv = process.env,
): number | undefined {
  return columns ?? (/^[1-9]\d{0,3}$/.test(COLUMNS) ? Number(COLUMNS) : undefined)
}
