/** Reads the text of a todo-dr.yaml, or of another settings file. A mistake names file, line, column and key. */

import {LineCounter, isMap, isNode, isScalar, isSeq, parseDocument, visit} from 'yaml'
import type {Document, YAMLMap} from 'yaml'
import type {z} from 'zod'
import {CONFIG_FORM, invalid, invalidIn} from './invalid.js'
import type {Form, Mistake} from './invalid.js'
import {configSchema} from './schema.js'
import type {Config} from './schema.js'

const TOO_DEEP = 'it is nested too deeply'

/** @param file only named in errors. Throws `ConfigInvalid` (exit usage). */
export const parseConfig = (file: string, text: string): Config =>
  parseSettings(file, text, configSchema, CONFIG_FORM).value

export interface Settings<T> {
  value: T
  /** The line in which a value begins, from 1. */
  lineOf(path: PropertyKey[]): number
}

/** @param file only named in errors. Throws the form's error (exit usage). */
export function parseSettings<T>(file: string, text: string, schema: z.ZodType<T>, form: Form): Settings<T> {
  try {
    return settingsOf(file, text, schema, form)
  } catch (error) {
    // The stack of calls is full: values in values without an end.
    if (error instanceof RangeError) throw invalid(file, undefined, TOO_DEEP, form)
    throw error
  }
}

function settingsOf<T>(file: string, text: string, schema: z.ZodType<T>, form: Form): Settings<T> {
  const lineCounter = new LineCounter()
  // Its own search for equal keys compares each key with each other one, and each of its pretty errors quotes its line.
  const document = parseDocument(text, {lineCounter, uniqueKeys: false, prettyErrors: false})
  const [syntax] = document.errors
  if (syntax) {
    const message = /call stack/i.test(syntax.message) ? TOO_DEEP : syntax.message.split('\n')[0]!
    throw invalid(file, lineCounter.linePos(syntax.pos[0]), message, form)
  }

  const twice = keyGivenTwice(document)
  if (twice)
    throw invalidIn(
      file,
      [{position: lineCounter.linePos(twice.offset), message: 'is given twice', key: twice.key}],
      form,
    )
  const offsetOf = placesIn(document)
  const placeOf = (path: PropertyKey[]): Mistake['position'] => {
    const offset = offsetOf(path)
    return offset === undefined ? undefined : lineCounter.linePos(offset)
  }

  const result = schema.safeParse(plain(file, document, form) ?? {}, {reportInput: true})
  if (result.success) return {value: result.data, lineOf: (path) => placeOf(path)?.line ?? 1}
  const issues = result.error.issues.flatMap((issue) => inItsForm(issue))
  const mistakes = issues.flatMap((issue) =>
    culprits(issue).map((path): Mistake => ({position: placeOf(path), message: messageOf(issue), key: path.join('.')})),
  )
  throw invalidIn(file, mistakes.sort(byPlace), form)
}

const byPlace = ({position: left}: Mistake, {position: right}: Mistake): number =>
  (left?.line ?? 0) - (right?.line ?? 0) || (left?.col ?? 0) - (right?.col ?? 0)

/** The library gives up where aliases of aliases make more values than there are places for them. */
function plain(file: string, document: Document, form: Form): unknown {
  try {
    return document.toJS()
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    throw invalid(file, undefined, 'its aliases are unresolved, or make far more values than the file has', form)
  }
}

function keyGivenTwice(document: Document): {key: string; offset: number} | undefined {
  let found: {key: string; offset: number} | undefined
  visit(document, {
    Map(_, {items}) {
      const keys = new Set<unknown>()
      for (const {key} of items) {
        if (!isScalar(key)) continue
        if (keys.has(key.value)) found ??= {key: String(key.value), offset: key.range?.[0] ?? 0}
        keys.add(key.value)
      }

      return found ? visit.BREAK : undefined
    },
  })
  return found
}

/** Of a value that may have several forms: what is wrong with it in the first one that its type allows. */
function inItsForm(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const form = issue.errors.find((all) => !all.some(({code, path}) => code === 'invalid_type' && path.length === 0))
  return form?.flatMap((one) => inItsForm({...one, path: [...issue.path, ...one.path]})) ?? [issue]
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return 'unknown key'
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'is missing'
  return issue.message
}

/** The paths of the keys that are wrong: unknown keys are not in their issue's path. */
const culprits = (issue: z.core.$ZodIssue): PropertyKey[][] =>
  issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path]

/**
 * Where the key, or the member of a list, stands in the text; of a missing one, where its parent stands. The keys of a map are put
 * in order once: to look through them for each of thousands of wrong ones would take many seconds.
 */
function placesIn(document: Document): (path: PropertyKey[]) => number | undefined {
  const known = new Map<YAMLMap, Map<string, number>>()
  const keysOf = (map: YAMLMap): Map<string, number> => {
    const keys =
      known.get(map) ??
      new Map(map.items.flatMap(({key}) => (isScalar(key) && key.range ? [[String(key.value), key.range[0]]] : [])))
    known.set(map, keys)
    return keys
  }

  return (path) => {
    for (let {length} = path; length > 0; length--) {
      const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
      const last = path[length - 1]
      const member = isSeq(parent) ? parent.items[Number(last)] : undefined
      const offset = isMap(parent) ? keysOf(parent).get(String(last)) : isNode(member) ? member.range?.[0] : undefined
      if (offset !== undefined) return offset
    }

    return document.contents?.range?.[0]
  }
}
