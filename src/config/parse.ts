/** Reads the text of a todo-dr.yaml. A mistake names file, line, column and key. */

import {LineCounter, isMap, isNode, isScalar, parseDocument} from 'yaml'
import type {Document} from 'yaml'
import type {z} from 'zod'
import {invalid} from './invalid.js'
import {configSchema} from './schema.js'
import type {Config} from './schema.js'

/** @param file only named in errors. Throws `ConfigInvalid` (exit usage). */
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
