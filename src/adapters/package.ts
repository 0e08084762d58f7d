/** The program's own folder, wherever the bundler has put the code that asks. */

import {existsSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

const HERE = fileURLToPath(import.meta.url)

const rootAbove = (path: string): string => (existsSync(join(path, 'bin', 'run.js')) ? path : rootAbove(dirname(path)))

/** Holds package.json, bin, templates, schemas and dist. */
export const PACKAGE = rootAbove(dirname(HERE))

/** The file of a program that runs in a process of its own: built beside built, source beside source. Paths from the package's folder. */
export const programFile = ({built, source}: {built: string; source: string}): string =>
  join(PACKAGE, HERE.endsWith('.ts') ? source : built)
