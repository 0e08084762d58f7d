import {existsSync, writeFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

/**
 * The file of the program of an execution environment: the built one, or, where the lab itself runs from sources, one that is
 * made of them in `folder`. Compiled at each start it would be slower by far than on any lab that people use.
 */
export function bootstrapProgram(folder: string): string {
  const built = fileURLToPath(new URL('child/bootstrap.cjs', import.meta.url))
  if (existsSync(built)) return built
  const file = join(folder, 'bootstrap.cjs')
  if (!existsSync(file)) writeFileSync(file, bundled())
  return file
}

let made: string | undefined

/** Once for all labs of a process. */
function bundled(): string {
  if (made !== undefined) return made
  const {buildSync} = createRequire(import.meta.url)('esbuild') as typeof import('esbuild')
  const entry = fileURLToPath(new URL('child/bootstrap.ts', import.meta.url))
  const {outputFiles} = buildSync({entryPoints: [entry], bundle: true, platform: 'node', format: 'cjs', write: false})
  made = outputFiles[0]!.text
  return made
}
