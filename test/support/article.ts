/** docs/article.md: each command of the article, and what stands in its place. */

import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {ROOT} from './cli.js'

/** One command of the article, or a few that belong together. */
export interface Row {
  title: string
  /** Lines to type in its place, in their order. */
  lines: string[]
  /** Lines that another test runs. */
  untyped: string[]
  /** Why nothing takes its place. */
  reason?: string
}

const PAGE = readFileSync(join(ROOT, 'docs/article.md'), 'utf8')

/** Typed before all rows. */
export const [BEGIN = ''] = linesOf(PAGE.slice(0, PAGE.indexOf('\n### ')))

export const ROWS: Row[] = PAGE.split(/^### /m)
  .slice(1)
  .map((text) => {
    const title = text.slice(0, text.indexOf('\n'))
    const reason = /^Not needed: (.+)/m.exec(text)?.[1]
    return {title, lines: linesOf(text), untyped: linesOf(text, 'sh untyped'), ...(reason !== undefined && {reason})}
  })

function linesOf(text: string, fence = 'sh'): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${fence}\\n(.*?)^\`\`\`$`, 'gms'))].flatMap(([, block]) =>
    block!.trim().split('\n'),
  )
}
