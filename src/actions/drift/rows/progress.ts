/** How far a scan is, in a line every few seconds. */

import type {Emit} from '../../../messages.js'
import type {Clock} from '../../../ports/world.js'

const EVERY_MS = 5000

export class Progress {
  #read = 0
  #toldAt: number
  readonly #startedAt: number

  /** `total` is an estimate of the rows of all tables; `before`, of those that an earlier scan has read. */
  constructor(
    private readonly clock: Clock,
    private readonly emit: Emit,
    private readonly total: number,
    private readonly before = 0,
  ) {
    this.#startedAt = clock.now()
    this.#toldAt = this.#startedAt
  }

  read(table: string, rows: number, differences: number): void {
    this.#read += rows
    const now = this.clock.now()
    if (now - this.#toldAt < EVERY_MS) return
    this.#toldAt = now
    this.emit({code: 'progress', text: this.#line(table, (now - this.#startedAt) / 1000, differences)})
  }

  #line(table: string, seconds: number, differences: number): string {
    const done = this.before + this.#read
    // Estimates of a growing table are soon too small.
    const total = Math.max(this.total, done)
    const rate = this.#read / Math.max(seconds, 0.001)
    const left = rate > 0 ? `, about ${duration((total - done) / rate)} left` : ''
    const found = differences > 0 ? `, ${number(differences)} found so far` : ''
    return `${table}: ${number(done)} of about ${number(total)} rows (${Math.floor((100 * done) / Math.max(1, total))} %), ${number(rate)} rows/s${left}${found}`
  }
}

const number = (value: number): string => Math.round(value).toLocaleString('en-US')

function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.ceil(whole / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
