/** Finds and reads todo-dr.yaml. A mistake names file, line, column and key. */

import {readFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {LineCounter, isMap, isNode, isScalar, parseDocument} from 'yaml'
import type {Document} from 'yaml'
import type {z} from 'zod'
import {DrError} from '../errors.js'
import {configSchema} from './schema.js'
import type {Config} from './schema.js'

const CONFIG_FILE = 'todo-dr.yaml'

export interface LoadedConfig {
  file: string
  config: Config
}

/**
 * The nearest todo-dr.yaml of `folder` and the folders above it; undefined where there is none.
 * Throws `ConfigInvalid` (exit usage) for a file that cannot be read, is no YAML, or breaks the schema.
 */
export async function loadConfig(folder: string): Promise<LoadedConfig | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, CONFIG_FILE)

    const text = await readIfThere(file)
    if (text !== undefined) return {file, config: parseConfig(file, text)}
    if (dirname(at) === at) return undefined
  }
}

/** @param file only named in errors. */
export function parseConfig(file: string, text: string): Config {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, {lineCounter})
  const [syntax] = document.errors
  if (syntax) {
    const [start] = syntax.linePos ?? []
    throw invalid(file, start, syntax.message.split('\n')[0]!.replace(/ at line \d+.*$/, ''))
  }

  const result = configSchema.safeParse(document.toJS() ?? {}, {reportInput: true})
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  const path = culprit(issue)
  const offset = offsetOf(document, path)
  const position = offset === undefined ? undefined : lineCounter.linePos(offset)
  throw invalid(file, position, messageOf(issue), path.join('.'))
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return 'unknown key'
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'is missing'
  return issue.message
}

/** The path of the key that is wrong: an unknown key is not in its issue's path. */
function culprit(issue: z.core.$ZodIssue): PropertyKey[] {
  return issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path
}

/** Where the key stands in the text; of a missing key, where its parent stands. */
function offsetOf(document: Document, path: PropertyKey[]): number | undefined {
  for (let {length} = path; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
    if (!isMap(parent)) continue
    const pair = parent.items.find(({key}) => isScalar(key) && String(key.value) === String(path[length - 1]))
    if (pair && isNode(pair.key) && pair.key.range) return pair.key.range[0]
  }

  return document.contents?.range?.[0]
}

function invalid(
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

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw invalid(file, undefined, (error as Error).message)
  }
}
