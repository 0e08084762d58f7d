/** docs/drift.md, whose table of what may differ is that of the sources. */

import {EXPECTED} from '../src/actions/drift/regions/expected.js'

const START = '<!-- Generated from src/actions/drift/regions/expected.ts -->'
const END = '<!-- End of what is generated -->'

/** The page with its table written anew. Throws where the page has lost the place for it. */
export function driftPage(page: string): string {
  const [before, rest] = page.split(START)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error(`docs/drift.md lacks ${START} or ${END}`)
  const rows = EXPECTED.map(
    ({kind, settings, reason}) => `| ${settings.map((name) => `\`${name}\``).join(', ')} in ${kind} | ${reason} |`,
  )
  return [before + START, '', '| what | why |', '| --- | --- |', ...rows, '', END + after].join('\n')
}
