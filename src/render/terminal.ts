/** Writes lines to a stream; on a terminal in colour, broken at words, with a spinner while steps run. */

import type {Ora} from 'ora'
import type {DrEvent} from '../messages.js'
import {visibleLines} from '../report/visible.js'
import {cut, wrapped} from '../report/wrapped.js'
import {paint, wantsColour} from './colour.js'
import {linesOf} from './lines.js'
import type {Line} from './lines.js'
import {changesOfLoad, stripText, wantsUnicode} from './strip.js'
import type {LoadEvent} from './strip.js'
import {widthOf} from './width.js'

/** How often the elapsed seconds beside a spinner are renewed. */
const TICK_MS = 500
/** Columns that a line beside the spinner leaves free: the spinner's, and the last one, behind which some terminals break already. */
const MARGIN = 3

export interface Terminal {
  emit(event: DrEvent): void
  lines(lines: Line[]): void
  /** Ends the spinner; lines may still be written. */
  stop(): void
}

export function openTerminal(stream: NodeJS.WriteStream): Terminal {
  const colour = wantsColour(stream)
  const spinner = stream.isTTY ? new StepSpinner(stream, colour) : undefined
  const changed = changesOfLoad()

  const lines = (many: Line[]): void => {
    if (many.length === 0) return
    spinner?.clear()
    const width = widthOf(stream)
    for (const one of many) {
      // Of several lines each is broken for itself.
      const rows = textOf(one, colour).split('\n')
      const shown = one.unbroken ? rows : rows.flatMap((row) => wrapped(row, width))
      stream.write(`${shown.join('\n')}\n`)
    }
  }

  return {
    emit(event) {
      spinner?.follow(event)
      // A spinner says it already.
      if (spinner && (event.code === 'step-started' || event.code === 'load')) return
      const change = event.code === 'load' ? changed(event) : undefined
      if (change) lines([{mark: 'plain', text: change}])
      lines(linesOf(event))
    },
    lines,
    stop: () => spinner?.stop(),
  }
}

function textOf({mark, text: said}: Line, colour: boolean): string {
  // What comes after a line break of somebody else's stands behind what it belongs to, and looks like no line of ours.
  const text = visibleLines(said).replaceAll('\n', '\n    ')
  if (mark === 'plain') return text
  if (mark === 'target') return colour ? paint(mark, text) : text
  return `${colour ? paint(mark, `${mark}:`) : `${mark}:`} ${text}`
}

/**
 * The running steps on the terminal's last line, each with its elapsed seconds, and the load of a measurement below them. ora is
 * loaded when there is something to show.
 */
class StepSpinner {
  readonly #running = new Map<string, {title: string; since: number; count?: string}>()
  readonly #stream: NodeJS.WriteStream
  readonly #colour: boolean
  #load: LoadEvent | undefined
  #spinner: Ora | undefined
  #loading = false
  #tick: NodeJS.Timeout | undefined

  constructor(stream: NodeJS.WriteStream, colour: boolean) {
    this.#stream = stream
    this.#colour = colour
  }

  follow(event: DrEvent): void {
    switch (event.code) {
      case 'step-started': {
        this.#running.set(event.id, {title: event.title, since: performance.now()})
        break
      }

      case 'resource': {
        this.#count(event)
        break
      }

      case 'load': {
        this.#load = event.cells.length > 0 ? event : undefined
        break
      }

      case 'step-finished':
      case 'step-skipped': {
        this.#running.delete(event.id)
        break
      }

      default: {
        return
      }
    }

    if (this.#isEmpty) this.stop()
    else void this.#show()
  }

  /** Makes room for a line; the next tick draws the spinner again. */
  clear(): void {
    this.#spinner?.clear()
  }

  stop(): void {
    clearInterval(this.#tick)
    this.#tick = undefined
    this.#running.clear()
    this.#load = undefined
    this.#spinner?.stop()
  }

  get #isEmpty(): boolean {
    return this.#running.size === 0 && this.#load === undefined
  }

  #count({id, done, total}: Extract<DrEvent, {code: 'resource'}>): void {
    const running = this.#running.get(id)
    if (running) running.count = total === undefined ? ` ${done}` : ` ${done}/${total}`
  }

  async #show(): Promise<void> {
    if (!this.#spinner) {
      if (this.#loading) return
      this.#loading = true
      const {default: ora} = await import('ora')
      this.#spinner = ora({stream: this.#stream, discardStdin: false, color: this.#colour ? 'cyan' : false})
      if (this.#isEmpty) return
    }

    this.#spinner.text = this.#text()
    if (!this.#spinner.isSpinning) this.#spinner.start()
    this.#tick ??= setInterval(() => {
      if (this.#spinner) this.#spinner.text = this.#text()
    }, TICK_MS).unref()
  }

  #text(): string {
    const now = performance.now()
    const steps = [...this.#running.values()]
      .map(({title, since, count = ''}) => `${title}${count} (${Math.floor((now - since) / 1000)} s)`)
      .join(', ')
    // Each in one line of the window as it is now: what takes two, and one when the window is made wider, would be cleared together
    // with a line above it.
    const width = (this.#stream.columns || 80) - MARGIN
    const strip = this.#load && stripText(this.#load, {colour: this.#colour, unicode: wantsUnicode(), width})
    return [cut(steps, width), strip].filter(Boolean).join('\n  ')
  }
}
