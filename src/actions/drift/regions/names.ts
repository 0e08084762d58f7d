/**
 * Texts of one region made comparable with those of another: its own name, hosts and ids become words, and so do those of the
 * other region. What points to its own region is then the same text in both; what points across is not. Pure.
 */

import type {Region} from '../../../model/deployment.js'
import type {Setting} from '../../../ports/settings.js'

export interface Place {
  region: Region
  /** Hosts and ids, by what they are. */
  addresses: Record<string, string>
}

/** Makes the texts of `own` comparable with those of `other`. */
export interface Naming {
  text(text: string): string
  setting(setting: Setting): Setting
  /** A name without its region: `app-eu-west-1-get` and `app-get` are one. */
  name(name: string): string
}

export function namingOf(own: Place, other: Place): Naming {
  const words = [...wordsOf('own', own, other), ...wordsOf('other', other, own)]
    // Of ids that hold one another the longer one is meant.
    .sort(([left], [right]) => right.length - left.length)
  const regions: [RegExp, string][] = [
    [whole(own.region), '{own region}'],
    [whole(other.region), '{other region}'],
  ]
  const ownArn = new RegExp(`^arn:[^:]*:[^:]*:${escaped(own.region)}:`)
  const text = (given: string): string => {
    // AWS gives keys and the like a random id in each region.
    const plain = ownArn.test(given) ? given.replaceAll(UUID, '{id}') : given
    const named = words.reduce((rest, [id, word]) => rest.replaceAll(whole(id), word), plain)
    return regions.reduce((rest, [region, word]) => rest.replaceAll(region, word), named)
  }

  const setting = (given: Setting): Setting => {
    if (typeof given === 'string') return text(given)
    if (Array.isArray(given)) return given.map((one) => setting(one)).sort(byText)
    if (given === null || typeof given !== 'object') return given
    return Object.fromEntries(
      Object.entries(given)
        .map(([name, value]): [string, Setting] => [text(name), setting(value)])
        .sort(([left], [right]) => (left < right ? -1 : 1)),
    )
  }

  return {
    text,
    setting,
    name: (name) =>
      text(name)
        .replaceAll(/[-_./]?\{own region\}/g, '')
        .replace(/^[-_./]/, ''),
  }
}

const UUID = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g

const escaped = (text: string): string => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)

/** Not as a part of a longer word: `us-east-1` is not in `us-east-11`. */
const whole = (text: string): RegExp => new RegExp(`(?<![A-Za-z0-9])${escaped(text)}(?![A-Za-z0-9])`, 'g')

/** Only what the name of the region alone does not make the same. */
function wordsOf(side: 'other' | 'own', place: Place, against: Place): [id: string, word: string][] {
  const regionless = ({region, addresses}: Place, what: string): string | undefined =>
    addresses[what]?.replaceAll(whole(region), '')
  return Object.entries(place.addresses)
    .filter(([what]) => regionless(place, what) !== regionless(against, what))
    .map(([what, id]) => [id, `{${side} ${what}}`])
}

const byText = (left: Setting, right: Setting): number => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1)
