/** Columns of text, aligned by the cells that a terminal gives them, two spaces apart. */

import stringWidth from 'fast-string-width'
import {visible} from './visible.js'
import {hanging, LEAST_ROOM, widestWord, wrapped} from './wrapped.js'

/**
 * The lines of a table, whose first row is its heads and has as many cells as any. Text in Chinese and emoji are as wide as they look.
 * A table that is wider than `width` has its last column broken at words, or is a block for each row where that is not enough.
 */
export function columns(table: string[][], width = Infinity): string[] {
  const rows = table.map((row) => row.map((cell) => visible(cell)))
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column]!))))
  const room = width - widths.slice(0, -1).reduce((sum, one) => sum + one + 2, 0)
  const last = rows.map((row) => row.at(-1)!).join(' ')
  if (room < widths.at(-1)! && room < Math.max(LEAST_ROOM, widestWord(last))) return blocks(rows, width)
  return rows.flatMap((row) => {
    const lead = row.slice(0, -1).map((cell, column) => `${cell}${' '.repeat(widths[column]! - stringWidth(cell))}  `)
    return hanging(lead.join(''), row.at(-1)!, width).map((line) => line.trimEnd())
  })
}

/** The first cell of each row above its others, which stand behind their heads. */
const blocks = ([heads, ...rows]: string[][], width: number): string[] =>
  rows.flatMap(([title, ...cells]) => {
    const named = cells.map((cell, index) => [`  ${heads![index + 1]!.trim()}`, cell.trim()] as const)
    return [
      ...wrapped(title!, width),
      ...pairs(
        named.filter(([, cell]) => cell),
        width,
      ),
    ]
  })

/** Names, each with its value, which is broken at words below itself. */
export function pairs(rows: readonly (readonly [string, string])[], width?: number): string[] {
  const shown = rows.map((row) => row.map((cell) => visible(cell)) as [string, string])
  const names = Math.max(0, ...shown.map(([name]) => stringWidth(name)))
  return shown.flatMap(([name, value]) => hanging(`${name}${' '.repeat(names - stringWidth(name))}  `, value, width))
}
