/** Whether and how a stream gets colour. */

import {styleText} from 'node:util'
import type {Mark} from './lines.js'

type Style = Parameters<typeof styleText>[0]

const STYLE: Partial<Record<Mark, Style>> = {
  target: 'bold',
  warning: 'yellow',
  error: 'red',
  refused: 'red',
  start: 'cyan',
  done: 'green',
  unsure: 'yellow',
  failed: 'red',
  undone: 'yellow',
  skipped: 'dim',
}

export interface Paintable {
  isTTY?: boolean
}

/** Asked per stream: a terminal, no NO_COLOR (https://no-color.org: set and not empty), and not a dumb one. */
export const wantsColour = (stream: Paintable, environment: NodeJS.ProcessEnv = process.env): boolean =>
  stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb'

export function paint(mark: Mark, text: string): string {
  const style = STYLE[mark]
  return style === undefined ? text : styleText(style, text)
}
