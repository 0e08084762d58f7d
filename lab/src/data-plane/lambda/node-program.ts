import {existsSync} from 'node:fs'
import {createRequire} from 'node:module'
import {fileURLToPath, pathToFileURL} from 'node:url'

/**
 * Node's arguments to run a program of ours in a process of its own: the compiled file, or the source through tsx where
 * the lab itself runs from sources.
 */
export function nodeProgram(stem: URL): string[] {
  const compiled = fileURLToPath(`${stem.href}.cjs`)
  if (existsSync(compiled)) return [compiled]
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx'))
  return ['--import', tsx.href, fileURLToPath(`${stem.href}.ts`)]
}
