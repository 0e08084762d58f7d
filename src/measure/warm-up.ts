/** Waiting for service as the ledger shows it: before a fault it must be there, after a switch it must be back. */

import type {LedgerEntry, ProbeKind} from '../model/ledger.js'
import type {Clock} from '../ports/world.js'
import {OUTAGE} from './checkers/recovery.js'
import {rest} from './clock.js'

const LOOK_MS = 25
/** A probe that waits longer than this for its answer is not being served. */
const SLOW_MS = 1000

interface Served {
  entries(): readonly LedgerEntry[]
}

/**
 * Whether the last `count` probes of this kind that were answered were all served, and were due at `since` or later, and
 * no later one waits long. `entries` stand in the order of the schedule.
 */
export function isServed(
  entries: readonly LedgerEntry[],
  kind: ProbeKind,
  {now, since, count = OUTAGE.k}: {now: number; since: number; count?: number},
): boolean {
  let served = 0
  for (let index = entries.length - 1; index >= 0 && served < count; index--) {
    const entry = entries[index]!
    if (entry.scheduledAt < since) return false
    if (entry.kind !== kind) continue
    if (entry.outcome === undefined && now - entry.sentAt <= SLOW_MS) continue
    if (entry.outcome !== 'ok') return false
    served++
  }

  return served === count
}

/** Waits until reads and writes are served, `count` of each in a row; false when `seconds` have passed without, or the signal aborted. */
export async function untilServed(
  prober: Served,
  options: {clock: Clock; since: number; seconds: number; signal: AbortSignal; count?: number},
): Promise<boolean> {
  const {clock, signal} = options
  const end = clock.now() + options.seconds * 1000
  for (;;) {
    const now = clock.now()
    const served = (kind: ProbeKind) => isServed(prober.entries(), kind, {...options, now})
    if (served('write') && served('read')) return true
    if (signal.aborted || now >= end) return false
    await rest(clock, LOOK_MS, signal)
  }
}
