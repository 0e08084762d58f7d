/** The folders of the XDG base directory specification, by the environment as it is now. */

import {homedir} from 'node:os'
import {join} from 'node:path'

const APP = 'todo-dr'

/** The specification says that a relative path in these variables is to be ignored. */
const base = (variable: string, fallback: string): string => {
  const value = process.env[variable]
  return value?.startsWith('/') ? value : join(homedir(), fallback)
}

/** `$XDG_STATE_HOME/todo-dr`: labs, runs, cached tokens and maps. */
export const stateHome = (): string => join(base('XDG_STATE_HOME', '.local/state'), APP)

/** `$XDG_CACHE_HOME/todo-dr`: what can be fetched again. */
export const cacheHome = (): string => join(base('XDG_CACHE_HOME', '.cache'), APP)

/** `$XDG_STATE_HOME/todo-dr/<target>`; made when something is first kept in it. */
export const targetStateFolder = (target: string): string => join(stateHome(), target.replaceAll(/[^\w.-]/g, '_'))

/** The lab's own folder, which goes with the lab. */
export const labStateFolder = (lab: string): string => join(stateHome(), 'labs', lab)
