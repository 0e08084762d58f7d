/** Fills a template's `{{name}}` places. Pure. */

/**
 * A line that holds nothing but one empty place goes away altogether. Throws where the template names a value that is not
 * given: a half-filled runbook is worse than none.
 */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  const lines = template.split('\n').flatMap((line) => {
    const alone = /^\s*\{\{(\w+)\}\}\s*$/.exec(line)
    return alone && valueOf(alone[1]!, values) === '' ? [] : [line]
  })
  return lines.join('\n').replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => valueOf(name, values))
}

function valueOf(name: string, values: Readonly<Record<string, string>>): string {
  const value = values[name]
  if (value === undefined) throw new Error(`a template names {{${name}}}, for which there is no value`)
  return value
}
