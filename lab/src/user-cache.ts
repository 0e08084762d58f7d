/** What is kept for the next lab of this user. */

import {homedir} from 'node:os'
import {join} from 'node:path'

export const userCache = (part: string, env: NodeJS.ProcessEnv = process.env): string =>
  join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'todo-dr', part)
