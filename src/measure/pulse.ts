/** What clients are told while a switch is measured, for who watches: a cell for each of the last seconds. */

import type {Emit, SecondCell} from '../messages.js'
import {throughEdge} from '../model/ledger.js'
import type {LedgerEntry} from '../model/ledger.js'
import type {Clock} from '../ports/world.js'

/** How many seconds are shown. */
const SHOWN = 60
const EVERY_MS = 1000

interface Beating {
  readonly startedAt: number
  entries(): readonly LedgerEntry[]
}

/**
 * Tells every second until it is ended, which is told too. It looks at the ledger alone and delays nobody; and where it fails, it
 * ends: what is only there to be watched must not bring a switch down.
 */
export function startPulse(prober: Beating, {clock, emit}: {clock: Pick<Clock, 'now'>; emit: Emit}): () => void {
  const timer = setInterval(() => {
    try {
      emit({code: 'load', ...pulseOf(prober, clock.now())})
    } catch {
      clearInterval(timer)
    }
  }, EVERY_MS).unref()
  return () => {
    clearInterval(timer)
    emit({code: 'load', cells: [], writesPerSecond: 0, seconds: 0})
  }
}

/** Writes through the edge, each booked in the second in which it was due. The second that is still running is left out. */
export function pulseOf(prober: Beating, now: number) {
  const {startedAt} = prober
  const seconds = Math.max(0, Math.floor((now - startedAt) / 1000))
  const first = Math.max(0, seconds - SHOWN)
  const booked = Array.from({length: seconds - first}, () => ({ok: 0, fail: 0, unsure: 0, waiting: 0}))
  const all = prober.entries()
  for (let index = all.length - 1; index >= 0; index--) {
    const entry = all[index]!
    const second = Math.floor((entry.scheduledAt - startedAt) / 1000) - first
    if (second < 0) break
    if (entry.kind === 'write' && throughEdge(entry) && second < booked.length)
      booked[second]![entry.outcome ?? 'waiting']++
  }

  return {cells: booked.map((counts) => cellOf(counts)), writesPerSecond: booked.at(-1)?.ok ?? 0, seconds}
}

/** The worst that anybody was told. */
function cellOf({ok, fail, unsure, waiting}: Record<Exclude<SecondCell, 'none'>, number>): SecondCell {
  if (fail > 0) return 'fail'
  if (unsure > 0) return 'unsure'
  if (waiting > 0) return 'waiting'
  return ok > 0 ? 'ok' : 'none'
}
