/** Text in lines that are no wider than where they are shown. Words that are wider stay as they are: a part of a path is of no use. */

import stringWidth from 'fast-string-width'
import {wrapAnsi} from 'fast-wrap-ansi'

/** Below this many columns nothing is gained by breaking at words. */
const LEAST_LINE = 20
/** The same of text behind something else. */
export const LEAST_ROOM = 12

/** A line, broken at words, the rest of it indented by two more. */
export function wrapped(line: string, width = Infinity): string[] {
  if (width < LEAST_LINE || stringWidth(line) <= width) return [line]
  const lead = /^ */.exec(line)![0]
  const rows = wrapAnsi(line.trimStart(), width - lead.length - 2).split('\n')
  return rows.map((row, index) => (index === 0 ? lead : `${lead}  `) + row)
}

/** Text behind a lead, broken at words, each line below the first one. */
export function hanging(lead: string, text: string, width = Infinity): string[] {
  const column = stringWidth(lead)
  if (width - column < LEAST_ROOM || column + stringWidth(text) <= width) return [lead + text]
  const rows = wrapAnsi(text, width - column).split('\n')
  return rows.map((row, index) => (index === 0 ? lead : ' '.repeat(column)) + row)
}

/** What of a line fits, with a mark where that is not all. */
export function cut(line: string, width: number): string {
  if (stringWidth(line) <= width) return line
  let shown = ''
  for (const {segment} of new Intl.Segmenter().segment(line)) {
    if (stringWidth(shown + segment) > width - 1) break
    shown += segment
  }

  return `${shown}…`
}

/** The width of the widest word. */
export const widestWord = (text: string): number => Math.max(0, ...text.split(/\s+/).map((word) => stringWidth(word)))
