/** HTML and SVG as strings that cannot be broken out of. */

const ENTITIES: Record<string, string> = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;'}

/** Markup that is safe to embed as it is. */
export class Markup {
  constructor(readonly text: string) {}
}

type Part = Markup | number | string | undefined | readonly Part[]

const escaped = (part: Part): string => {
  if (part === undefined) return ''
  if (part instanceof Markup) return part.text
  if (Array.isArray(part)) return part.map((inner: Part) => escaped(inner)).join('')
  return String(part).replaceAll(/["&'<>]/g, (character) => ENTITIES[character]!)
}

/** A template whose values are escaped, unless they are markup themselves. */
export const markup = (strings: TemplateStringsArray, ...parts: Part[]): Markup =>
  new Markup(strings.map((text, index) => text + (index < parts.length ? escaped(parts[index]) : '')).join(''))
