/** Event patterns: which events a rule is about. Source: "Creating Amazon EventBridge event patterns", EventBridge user guide. */

type Value = string | number | boolean | null
export interface Pattern {
  [field: string]: readonly Value[] | Pattern
}

/** @throws Error for a pattern that EventBridge refuses, or that compares otherwise than by equality, which the lab does not do */
export function checkPattern(pattern: unknown, at = 'EventPattern'): asserts pattern is Pattern {
  if (typeof pattern !== 'object' || pattern === null || Array.isArray(pattern))
    throw new Error(`${at} must be an object of lists`)
  for (const [field, wanted] of Object.entries(pattern)) {
    if (!Array.isArray(wanted)) checkPattern(wanted, `${at}.${field}`)
    else if (wanted.length === 0) throw new Error(`${at}.${field} must not be empty`)
    else if (wanted.some((value) => typeof value === 'object' && value !== null))
      throw new Error(`The lab does not support comparisons other than equality in ${at}.${field}`)
  }
}

/** Each field of the pattern has one of its values; where the event has a list, one of that list's. */
export function matches(pattern: Pattern, event: unknown): boolean {
  return Object.entries(pattern).every(([field, wanted]) => {
    const found = typeof event === 'object' && event !== null ? (event as Record<string, unknown>)[field] : undefined
    if (!isList(wanted)) return matches(wanted, found)
    return [found].flat().some((value) => wanted.includes(value as Value))
  })
}

const isList = (wanted: readonly Value[] | Pattern): wanted is readonly Value[] => Array.isArray(wanted)
