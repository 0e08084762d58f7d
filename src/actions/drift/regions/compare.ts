/** What one region has set up against what another has, one difference a setting. Pure. */

import type {Region} from '../../../model/deployment.js'
import type {Item, Setting} from '../../../ports/settings.js'
import {masked} from '../mask.js'
import type {ThingDifference} from '../result.js'
import {mayDiffer} from './expected.js'
import {effectOf} from './effects.js'
import type {Lacking} from './effects.js'
import {namingOf} from './names.js'
import type {Naming, Place} from './names.js'

export interface SetUp extends Place {
  items: Item[]
  /** Functions that write, as the region calls them. */
  writers: readonly string[]
  isPrimary: boolean
}

/** `expected` is home's. */
export function compareSettings(expected: SetUp, actual: SetUp): ThingDifference[] {
  const [left, right] = [named(expected, namingOf(expected, actual)), named(actual, namingOf(actual, expected))]
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((subject) => {
    const [one, other] = [left.get(subject), right.get(subject)]
    if (one && other) return settingsOf(subject, one, other)
    const there = (one ?? other)!
    const alone = {
      class: one ? 'missing' : 'extra',
      region: actual.region,
      subject,
      expected: one ? 'present' : null,
      actual: other ? 'present' : null,
    }
    const to = one ? actual.region : expected.region
    return difference(there.item.kind, alone, {name: there.item.name, from: there.of.region, to})
  })
}

interface Named {
  item: Item
  of: SetUp
  naming: Naming
}

/** By kind and name, without the region. */
const named = (of: SetUp, naming: Naming): Map<string, Named> =>
  new Map(of.items.map((item) => [[item.kind, naming.name(item.name)].filter(Boolean).join(' '), {item, of, naming}]))

function settingsOf(subject: string, left: Named, right: Named): ThingDifference[] {
  const names = new Set([...Object.keys(left.item.settings), ...Object.keys(right.item.settings)])
  return [...names]
    .filter((name) => !mayDiffer(left.item, name))
    .flatMap((name) => {
      const [expected, actual] = [comparable(left, name), comparable(right, name)]
      if (same(expected, actual) || stands(left, right, name)) return []
      const purpose = [right, left].flatMap((side) => purposeOf(side, name) ?? [])[0]
      const next = [right, left].flatMap(({item}) => item.fixes?.[name] ?? [])[0]
      const found = difference(left.item.kind, {
        class: purpose?.class ?? classOf(expected, actual),
        region: purpose?.region ?? right.of.region,
        subject: `${subject}.${name}`,
        ...shown(name, expected, actual),
      })
      return next === undefined ? found : {...found, next}
    })
}

const comparable = ({item, naming}: Named, name: string): Setting => naming.setting(item.settings[name] ?? null)

const same = (left: Setting, right: Setting): boolean => JSON.stringify(left) === JSON.stringify(right)

/** The same text in both, that names a region and nothing of it: then it is meant for both. */
function stands(left: Named, right: Named, name: string): boolean {
  if (!same(left.item.settings[name] ?? null, right.item.settings[name] ?? null)) return false
  return ![left, right].some((side) => /arn:|\{(own|other) (?!region\})/.test(JSON.stringify(comparable(side, name))))
}

const classOf = (expected: Setting, actual: Setting): string =>
  actual === null ? 'missing' : expected === null ? 'extra' : 'changed'

/** A fence stands on functions that write, where nobody is to write; todo-dr remembers the rest of what it changes by itself. */
function purposeOf({item, of}: Named, name: string): {class: string; region: Region} | undefined {
  const held = item.held?.[name]
  const isFenced =
    name === 'concurrency' && item.settings.concurrency === 0 && of.writers.includes(item.name) && !of.isPrimary
  if (held === undefined && !isFenced) return undefined
  return {class: `expected ${held ?? 'fence'}`, region: of.region}
}

const difference = (
  kind: Item['kind'],
  found: Pick<ThingDifference, 'actual' | 'class' | 'expected' | 'region' | 'subject'>,
  lacking?: Lacking,
): ThingDifference => ({kind: 'regions', ...found, ...effectOf(kind, found, lacking)})

function shown(name: string, expected: Setting, actual: Setting): {expected: Setting; actual: Setting} {
  const show = (value: Setting): Setting =>
    typeof value === 'string' && /^(environment|stage variable) |^input$/.test(name) ? masked(value) : value
  return {expected: show(expected), actual: show(actual)}
}
