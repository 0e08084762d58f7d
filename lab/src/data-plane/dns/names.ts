/** Domain names as Route 53 keeps them: lower case, with a dot at the end. A wildcard is `*` here, and `\052` in Route 53's answers. */

const LABEL = /^(?:\*|[\w-]{1,63})$/
const MAX_LENGTH = 255

export function normalName(name: string): string {
  const lower = name.toLowerCase().replaceAll(String.raw`\052`, '*')
  return lower.endsWith('.') ? lower : `${lower}.`
}

/** Labels of letters, digits, hyphens and underscores, and `*` as the leftmost one. What Route 53 writes as `\ooo` has no place in the lab. */
export function isName(name: string): boolean {
  const labels = name.slice(0, -1).split('.')
  return (
    name.length <= MAX_LENGTH && labels.every((label, index) => LABEL.test(label) && (label !== '*' || index === 0))
  )
}

export const shownName = (name: string): string => name.replace(/^\*/, String.raw`\052`)

/** Whether a name is that of a zone, or below it. */
export const isWithin = (name: string, zone: string): boolean => name === zone || name.endsWith(`.${zone}`)

/** The name without its first label; undefined at the root. */
export function parentOf(name: string): string | undefined {
  const parent = name.slice(name.indexOf('.') + 1)
  return parent === '' ? undefined : parent
}

/** In the order of Route 53's lists: by their labels from right to left (ListResourceRecordSets, Route 53 API). */
export function compareNames(left: string, right: string): number {
  const [one, other] = [left, right].map((name) => `${name.slice(0, -1).split('.').reverse().join('.')}.`)
  return one! < other! ? -1 : one! > other! ? 1 : 0
}
