/** Finds and reads todo-dr.yaml. Where there is none, nothing is loaded for it. */

import {dirname, join} from 'node:path'
import {CONFIG_FILE, invalid} from './invalid.js'
import {readSettings} from './read.js'
import type {Config} from './schema.js'

export interface LoadedConfig {
  file: string
  config: Config
}

/**
 * The nearest todo-dr.yaml of `folder` and the folders above it; undefined where there is none.
 * Throws `ConfigInvalid` (exit usage) for a file that cannot be read, is too long, is no YAML, or breaks the schema.
 */
export async function loadConfig(folder: string): Promise<LoadedConfig | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, CONFIG_FILE)

    const text = await readIfThere(file)
    if (text !== undefined) {
      const {parseConfig} = await import('./parse.js')
      return {file, config: parseConfig(file, text)}
    }

    if (dirname(at) === at) return undefined
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readSettings(file)
  } catch (error) {
    throw invalid(file, undefined, (error as Error).message)
  }
}
