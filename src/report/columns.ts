/** Columns of text, aligned by the cells that a terminal gives them, two spaces apart. */

import stringWidth from 'fast-string-width'
import {visible} from './visible.js'

/** A line for each row; the first row has as many cells as any. Text in Chinese and emoji are as wide as they look. */
export function columns(table: string[][]): string[] {
  const rows = table.map((row) => row.map((cell) => visible(cell)))
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column]!))))
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat(widths[column]! - stringWidth(cell)))
      .join('  ')
      .trimEnd(),
  )
}
