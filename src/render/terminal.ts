/** Writes lines to a stream; on a terminal in colour, broken at words, with a spinner while steps run. */

import type {Ora} from 'ora'
import {wrapAnsi} from 'fast-wrap-ansi'
import type {DrEvent} from '../messages.js'
import {visibleLines} from '../report/visible.js'
import {paint, wantsColour} from './colour.js'
import {linesOf} from './lines.js'
import type {Line} from './lines.js'

/** How often the elapsed seconds beside a spinner are renewed. */
const TICK_MS = 500

export interface Terminal {
  emit(event: DrEvent): void
  lines(lines: Line[]): void
  /** Ends the spinner; lines may still be written. */
  stop(): void
}

export function openTerminal(stream: NodeJS.WriteStream): Terminal {
  const colour = wantsColour(stream)
  const spinner = stream.isTTY ? new StepSpinner(stream, colour) : undefined

  const lines = (many: Line[]): void => {
    if (many.length === 0) return
    spinner?.clear()
    for (const one of many) stream.write(`${broken(textOf(one, colour), one.unbroken ? undefined : stream.columns)}\n`)
  }

  return {
    emit(event) {
      spinner?.follow(event)
      // A spinner says it already.
      if (spinner && event.code === 'step-started') return
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

/** Below this many columns nothing is gained by breaking at words. */
const LEAST_COLUMNS = 20

/** Long text, broken at words, the rest of it indented. `columns`: undefined off a terminal. */
function broken(text: string, columns = 0): string {
  if (columns < LEAST_COLUMNS) return text
  const lead = /^ */.exec(text)![0]
  const rows = wrapAnsi(text.trimStart(), columns - lead.length - 2).split('\n')
  return lead + rows.join(`\n${lead}  `)
}

/** The running steps on the terminal's last line, each with its elapsed seconds. ora is loaded at the first step. */
class StepSpinner {
  readonly #running = new Map<string, {title: string; since: number; count?: string}>()
  readonly #stream: NodeJS.WriteStream
  readonly #colour: boolean
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

      case 'step-finished':
      case 'step-skipped': {
        this.#running.delete(event.id)
        break
      }

      default: {
        return
      }
    }

    if (this.#running.size === 0) this.stop()
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
    this.#spinner?.stop()
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
      if (this.#running.size === 0) return
    }

    this.#spinner.text = this.#text()
    if (!this.#spinner.isSpinning) this.#spinner.start()
    this.#tick ??= setInterval(() => {
      if (this.#spinner) this.#spinner.text = this.#text()
    }, TICK_MS).unref()
  }

  #text(): string {
    const now = performance.now()
    return [...this.#running.values()]
      .map(({title, since, count = ''}) => `${title}${count} (${Math.floor((now - since) / 1000)} s)`)
      .join(', ')
  }
}
