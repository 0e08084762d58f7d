/** The load of a measurement: on a terminal a strip of its last seconds, elsewhere a line when it changes. Pure. */

import {styleText} from 'node:util'
import type {DrEvent, SecondCell} from '../messages.js'
import {cut} from '../report/wrapped.js'

export type LoadEvent = Extract<DrEvent, {code: 'load'}>

export interface Look {
  colour: boolean
  unicode: boolean
  /** In columns. */
  width: number
}

const UNICODE: Record<SecondCell, string> = {ok: '▇', fail: '×', unsure: '?', waiting: '·', none: ' '}
const ASCII: Record<SecondCell, string> = {ok: '=', fail: 'x', unsure: '?', waiting: '.', none: '_'}
const STYLE: Record<SecondCell, Parameters<typeof styleText>[0]> = {
  ok: 'green',
  fail: 'red',
  unsure: 'yellow',
  waiting: 'dim',
  none: 'dim',
}

/** Seconds that are shown at most: with the rest they fill 60 columns. */
const MOST = 40
/** `writes ====xx?  48/s, 1:05`, in no more than a line; the newest second is the last one. */
export function stripText({cells, writesPerSecond, seconds}: LoadEvent, {colour, unicode, width}: Look): string {
  const glyphs = unicode ? UNICODE : ASCII
  const rest = ` ${writesPerSecond}/s, ${clockText(seconds)}`
  const room = Math.min(MOST, width - 'writes '.length - rest.length)
  if (room < 1) return cut(rest.trim(), width)
  const shown = cells
    .slice(-room)
    .map((cell) => (colour ? styleText(STYLE[cell], glyphs[cell], {validateStream: false}) : glyphs[cell]))
  return `writes ${shown.join('')}${rest}`
}

const clockText = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`

/** Whether glyphs beyond ASCII are shown, by the locale as POSIX orders it; the console of Linux has few of them. */
export function wantsUnicode({LC_ALL, LC_CTYPE, LANG, TERM, WT_SESSION}: NodeJS.ProcessEnv = process.env): boolean {
  return (
    Boolean(WT_SESSION) || (TERM !== 'linux' && TERM !== 'dumb' && /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || ''))
  )
}

/** Tells a change of the load once, by its latest second that is settled. */
export function changesOfLoad(): (event: LoadEvent) => string | undefined {
  let served: boolean | undefined
  return ({cells, seconds}) => {
    const last = cells.findLastIndex((cell) => cell !== 'waiting' && cell !== 'none')
    if (last === -1 || served === (cells[last] === 'ok')) return undefined
    served = cells[last] === 'ok'
    const at = seconds - cells.length + last
    return served
      ? `writes are served, ${at} s after the load began`
      : `writes are not served, ${at} s after the load began`
  }
}
