/** Health that is watched: a live screen on a terminal, elsewhere a line a change. */

import {isWorse} from '../actions/health/watch.js'
import type {Change, Watched} from '../actions/health/watch.js'
import {placeOf} from '../model/finding.js'
import {columns} from '../report/columns.js'
import {visible} from '../report/visible.js'
import {healthLines} from './health.js'

/** So much of a terminal as is drawn on. */
export interface Display {
  columns?: number
  rows?: number
  write(text: string): unknown
  on(event: 'resize', listener: () => void): unknown
  off(event: 'resize', listener: () => void): unknown
}

const CLEAR = '\u001B[H\u001B[2J'
const BELL = '\u0007'
/** Changes that stay on the screen. */
const KEPT = 5

const timeOf = (at: number): string => `${new Date(at).toISOString().slice(11, 19)}Z`

/** One line for a log. */
export const changeLine = ({at, from, to, text, ...place}: Change): string =>
  visible(`${new Date(at).toISOString()}  ${placeOf(place)}: ${from} -> ${to}: ${text}`)

/** Draws anew at each look and when the terminal is resized; rings at a change for the worse. */
export class Screen {
  #drawn: ((width: number) => string[]) | undefined
  #changes: Change[] = []
  readonly #redraw = (): void => this.#draw()

  constructor(
    private readonly display: Display,
    private readonly seconds: number,
    private readonly aim: (text: string) => string = (text) => text,
  ) {
    display.on('resize', this.#redraw)
  }

  show({result, changes, since}: Watched): void {
    this.#changes = [...changes, ...this.#changes].slice(0, KEPT)
    const told = this.#changes
    this.#drawn = (width) => [
      `${result.target}, looked at ${timeOf(Date.parse(result.at))}, again after ${this.seconds} s; Ctrl-C ends it`,
      ...healthLines(
        {
          ...result,
          findings: result.findings.map((one) => {
            const at = since.get(placeOf(one))
            return at === undefined ? one : {...one, text: `${one.text} (since ${timeOf(at)})`}
          }),
        },
        width,
      ).flatMap((line) => this.aim(line).split('\n')),
      ...(told.length > 0 ? ['', 'last changes', ...changesTable(told, width)] : []),
    ]
    this.#draw()
    if (changes.some((change) => isWorse(change))) this.display.write(BELL)
  }

  /** The last picture stays, and what is written next stands below it. */
  close(): void {
    this.display.off('resize', this.#redraw)
  }

  /** What does not fit is left out from the end, where the findings are that are ok. */
  #draw(): void {
    if (!this.#drawn) return
    const {columns: width = 80, rows = 24} = this.display
    const lines = this.#drawn(width).map((line) => visible(line).slice(0, width))
    const room = Math.max(1, rows - 1)
    const shown =
      lines.length <= room ? lines : [...lines.slice(0, room - 1), `and ${lines.length - room + 1} more lines`]
    this.display.write(`${CLEAR}${shown.join('\n')}\n`)
  }
}

const changesTable = (changes: readonly Change[], width: number): string[] =>
  columns(
    changes.map(({at, from, to, text, ...place}) => [timeOf(at), placeOf(place), `${from} -> ${to}`, text]),
    width,
  )
