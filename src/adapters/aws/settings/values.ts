/** What descriptions have in common, as settings. Pure. */

import type {Item, Setting} from '../../../ports/settings.js'

/** Tags that AWS sets by itself, and those by which todo-dr remembers what it has changed. */
const NO_SETTING = /^(aws:|todo-dr-)/

export const tagSettings = (tags: Record<string, string> = {}): Item['settings'] =>
  Object.fromEntries(
    Object.entries(tags)
      .filter(([name]) => !NO_SETTING.test(name))
      .map(([name, value]) => [`tag ${name}`, value]),
  )

export const tagsOf = (tags: {Key?: string; Value?: string}[] = []): Record<string, string> =>
  Object.fromEntries(tags.map(({Key = '', Value = ''}) => [Key, Value]))

/** What an SDK gives, as JSON: a member that is undefined is left out. */
export function setting(value: unknown): Setting {
  if (Array.isArray(value)) return value.map((one) => setting(one))
  if (value === null || typeof value !== 'object') return (value ?? null) as Setting
  return settingsOf(Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)))
}

export function settingsOf(values: Record<string, unknown>): Item['settings'] {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, setting(value)]))
}

/** A list whose order says nothing. */
export const sorted = (values: readonly string[] = []): string[] => [...values].sort()

/** Members of members, by their path: `throttle.rate`. */
export const flattened = (prefix: string, value: object = {}): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).map(([name, one]) => [`${prefix}${name}`, one]))
