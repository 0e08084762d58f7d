/** The folders of the XDG base directory specification, by the environment as it is now. */

import {homedir} from 'node:os'
import {isAbsolute, join} from 'node:path'
import {NO_HOME} from '../../config/no-home.js'
import {DrError} from '../../errors.js'

const APP = 'todo-dr'

/** The specification says that a relative path in these variables is to be ignored. Throws `HomeUnknown` (exit usage). */
function base(variable: string, fallback: string): string {
  const value = process.env[variable]
  if (value !== undefined && isAbsolute(value)) return value
  const home = homeOfUser()
  if (isAbsolute(home) && home !== NO_HOME) return join(home, fallback)
  throw new DrError({
    code: 'HomeUnknown',
    exit: 'usage',
    what: 'there is no folder to keep things in: the home of this user is unknown',
    why: `HOME is not set to an absolute path, and the user database has none for the user ${process.getuid?.()}`,
    next: `export HOME=/path/to/your/folder, or ${variable}`,
  })
}

function homeOfUser(): string {
  try {
    return homedir()
  } catch {
    return NO_HOME
  }
}

/** `$XDG_STATE_HOME/todo-dr`: labs, runs, cached tokens and maps. */
export const stateHome = (): string => join(base('XDG_STATE_HOME', '.local/state'), APP)

/** `$XDG_CACHE_HOME/todo-dr`: what can be fetched again. */
export const cacheHome = (): string => join(base('XDG_CACHE_HOME', '.cache'), APP)

/** `$XDG_STATE_HOME/todo-dr/<target>`; made when something is first kept in it. */
export const targetStateFolder = (target: string): string => join(stateHome(), target.replaceAll(/[^\w.-]/g, '_'))

/** The lab's own folder, which goes with the lab. */
export const labStateFolder = (lab: string): string => join(stateHome(), 'labs', lab)
