/** How much is asked at once and how often: chunks of about a second, within a load budget, and a pause while replication lags. */

import {DrError} from '../../../errors.js'
import type {Clock} from '../../../ports/world.js'

/** A chunk should take about so long: short enough to be stopped, long enough that a call costs nothing beside it. */
const TARGET_MS = 1000
/** The first chunk of a table, of whose rows nothing is known but their size: about a tenth of a second. */
const FIRST_OCTETS = 16_000_000
const FIRST_ROWS = 20_000
const MOST_FIRST_ROWS = 100_000
const LEAST_ROWS = 50
const MOST_ROWS = 1_000_000
/** One chunk that was quick by chance must not make the next one hang. */
const GROWTH = 4
/** The lag is asked for no more often. */
const LAG_EVERY_MS = 2000
const PAUSE_MS = 1000
/** A replication that is so long behind may have stopped: somebody must look. */
const MOST_PAUSE_MS = 600_000

export interface PaceOptions {
  clock: Clock
  /** Percent of the time for which a statement of the scan may run, 1 to 100. */
  maxLoad: number
  /** Seconds of replication lag above which the scan pauses. */
  maxLagSeconds: number
  /** Seconds; undefined where there is no replication, or nobody knows. */
  lag(): Promise<number | undefined>
  /** Told once for each pause. */
  paused(lagSeconds: number): void
  signal: AbortSignal
}

export class Pace {
  /** Rows of the next chunk. */
  rows = FIRST_ROWS
  readonly #options: PaceOptions
  #lagAskedAt = Number.NEGATIVE_INFINITY

  constructor(options: PaceOptions) {
    this.#options = options
  }

  /** Another table. `rowOctets`: of one row, an estimate; 0 where nobody knows. */
  begin(rowOctets: number): void {
    const rows = rowOctets > 0 ? Math.floor(FIRST_OCTETS / rowOctets) : FIRST_ROWS
    this.rows = Math.max(LEAST_ROWS, Math.min(MOST_FIRST_ROWS, rows))
  }

  /** Returns when replication is close enough. Throws `ReplicationBehind` (exit unknown) where that takes ten minutes. */
  async ready(): Promise<void> {
    const {clock, lag, maxLagSeconds, paused, signal} = this.#options
    let told = false
    const begun = clock.now()
    while (clock.now() - this.#lagAskedAt >= LAG_EVERY_MS) {
      const seconds = (await lag()) ?? 0
      if (seconds <= maxLagSeconds) {
        this.#lagAskedAt = clock.now()
        return
      }

      if (clock.now() - begun >= MOST_PAUSE_MS)
        throw new DrError({
          code: 'ReplicationBehind',
          exit: 'unknown',
          what: `replication has lagged by more than ${maxLagSeconds} s for ten minutes`,
          why: `it lags by ${seconds.toFixed(1)} s now, and may have stopped`,
          next: 'todo-dr health',
        })
      if (!told) paused(seconds)
      told = true
      await clock.sleep(PAUSE_MS, signal)
    }
  }

  /** After a chunk: the size of the next one, and the rest that the load budget asks for. */
  async took(rows: number, milliseconds: number): Promise<void> {
    const {clock, maxLoad, signal} = this.#options
    const factor = Math.min(GROWTH, TARGET_MS / Math.max(1, milliseconds))
    // A chunk at the end of a table says little about the next one.
    if (factor < 1 || rows >= this.rows / 2)
      this.rows = Math.round(Math.min(MOST_ROWS, Math.max(LEAST_ROWS, this.rows * factor)))
    const restMs = (milliseconds * (100 - maxLoad)) / maxLoad
    if (restMs > 0) await clock.sleep(restMs, signal)
  }

  /** A statement took too long. False: it cannot be made smaller. */
  smaller(): boolean {
    if (this.rows <= LEAST_ROWS) return false
    this.rows = Math.max(LEAST_ROWS, Math.floor(this.rows / 8))
    return true
  }
}
