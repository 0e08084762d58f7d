/** The monthly estimate as a table. Pure. `terminal`: its width. */

import {dollars} from '../actions/init/cost.js'
import type {Estimate} from '../actions/init/result.js'
import {columns} from '../report/columns.js'
import {wrapped} from '../report/wrapped.js'

export function costTable(
  {items, home, away, total, remarks}: Estimate,
  regions: {home: string; away: string},
  terminal?: number,
): string {
  const right = (text: string, width: number): string => text.padStart(width)
  const width = 10
  const rows = items.map((one) => [
    one.item,
    right(dollars(one.home), width),
    right(dollars(one.away), width),
    one.basis,
  ])
  const head = ['PER MONTH', right(regions.home, width), right(regions.away, width), 'BASIS']
  rows.push(['in total', right(dollars(home), width), right(dollars(away), width), `${dollars(total)} together`])
  return [...columns([head, ...rows], terminal), ...remarks.flatMap((one) => wrapped(one, terminal))].join('\n')
}
