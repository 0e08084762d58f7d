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

/**
 * Asked per stream: a terminal, no NO_COLOR (https://no-color.org: set and not empty), and not a dumb one. FORCE_COLOR, as
 * Node reads it, decides alone where it is set: `0` and `false` mean no colour.
 */
export function wantsColour(stream: Paintable, environment: NodeJS.ProcessEnv = process.env): boolean {
  const {FORCE_COLOR: forced, NO_COLOR: none, TERM: terminal} = environment
  if (forced) return forced !== '0' && forced !== 'false'
  return stream.isTTY === true && !none && terminal !== 'dumb'
}

export function paint(mark: Mark, text: string): string {
  const style = STYLE[mark]
  // Node would ask whether stdout is a terminal, whatever the stream that this is for.
  return style === undefined ? text : styleText(style, text, {validateStream: false})
}
