/** Waiting for service as the ledger shows it: before a fault it must be there, after a switch it must be back. */

import type {LedgerEntry, ProbeKind} from '../model/ledger.js'
import type {Clock} from '../ports/world.js'
import {OUTAGE} from './checkers/recovery.js'
import {rest} from './clock.js'

const LOOK_MS = 25

interface Served {
  entries(): readonly LedgerEntry[]
}

/**
 * Whether the last `count` probes of this kind that were answered were all served, and were due at `since` or later.
 * `entries` stand in the order of the schedule.
 */
export function isServed(
  entries: readonly LedgerEntry[],
  kind: ProbeKind,
  {since, count = OUTAGE.k}: {since: number; count?: number},
): boolean {
  let served = 0
  for (let index = entries.length - 1; index >= 0 && served < count; index--) {
    const entry = entries[index]!
    if (entry.scheduledAt < since) return false
    if (entry.kind !== kind || entry.outcome === undefined) continue
    if (entry.outcome !== 'ok') return false
    served++
  }

  return served === count
}

/** Waits until reads and writes are served, `count` of each in a row; false when `seconds` have passed without, or the signal aborted. */
export async function untilServed(
  workload: Served,
  options: {clock: Clock; since: number; seconds: number; signal: AbortSignal; count?: number},
): Promise<boolean> {
  const {clock, signal} = options
  const end = clock.now() + options.seconds * 1000
  for (;;) {
    const entries = workload.entries()
    if (isServed(entries, 'write', options) && isServed(entries, 'read', options)) return true
    if (signal.aborted || clock.now() >= end) return false
    await rest(clock, LOOK_MS, signal)
  }
}
