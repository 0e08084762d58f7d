/** Which environment variable says where a folder is. */

import {isAbsolute, relative} from 'node:path'

/** What folders are taken from: ours, those of the toolkit and of oclif, and temporary ones. */
const VARIABLES = [
  'XDG_STATE_HOME',
  'XDG_CACHE_HOME',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_RUNTIME_DIR',
  'TMPDIR',
  'TMP',
  'TEMP',
  'HOME',
] as const

/** The variable of the nearest folder around a path; undefined where no variable names one. */
export function folderVariable(path: string, environment: NodeJS.ProcessEnv): string | undefined {
  const around = VARIABLES.flatMap((name) => {
    const folder = environment[name] ?? ''
    if (!isAbsolute(folder)) return []
    const below = relative(folder, path)
    return below.startsWith('..') || isAbsolute(below) ? [] : [{name, depth: below.length}]
  })
  return around.toSorted((one, other) => one.depth - other.depth)[0]?.name
}
