/** Waiting for service as the ledger shows it: before a fault it must be there, after a switch it must be back. */

import type {LedgerEntry, ProbeKind} from '../model/ledger.js'
import type {Clock} from '../ports/world.js'
import type {Prober} from './prober.js'
import {OUTAGE} from './checkers/recovery.js'
import {rest} from './clock.js'

const LOOK_MS = 25
/** A probe that waits longer than this for its answer is not being served. */
const SLOW_MS = 1000
/** An answer that takes longer has waited for others: there is a backlog. */
export const PROMPT_MS = 200

interface Served {
  entries(): readonly LedgerEntry[]
}

interface Wanted {
  /** Epoch milliseconds. */
  since: number
  /** Probes of each kind in a row. */
  count?: number
  /** Milliseconds that an answer may take. */
  slowMs?: number
}

/**
 * Whether the last `count` probes of this kind that were answered were all served, none of them slowly, and were due at `since` or
 * later, and no later one waits long. `entries` stand in the order of the schedule.
 */
export function isServed(
  entries: readonly LedgerEntry[],
  kind: ProbeKind,
  {now, since, count = OUTAGE.k, slowMs}: Wanted & {now: number},
): boolean {
  let served = 0
  for (let index = entries.length - 1; index >= 0 && served < count; index--) {
    const entry = entries[index]!
    if (entry.scheduledAt < since) return false
    if (entry.kind !== kind) continue
    if (entry.outcome === undefined && now - entry.sentAt <= (slowMs ?? SLOW_MS)) continue
    if (entry.outcome !== 'ok') return false
    if (entry.finishedAt! - entry.sentAt > (slowMs ?? Infinity)) return false
    served++
  }

  return served === count
}

/** Waits until reads and writes are served, `count` of each in a row; false when `seconds` have passed without, or the signal aborted. */
export async function untilServed(
  prober: Served,
  options: Wanted & {clock: Clock; seconds: number; signal: AbortSignal},
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

/** The last seconds before it was given up tell best. */
const RECENT_MS = 5000
/** A prober that leaves out more of its slots than this gets too little of the processor. */
const STARVED = 0.1

/** What limits the load, for a person: this process, the tokens or the ledger, or how the probes were answered. */
export function whyNotServed(prober: Pick<Prober, 'entries' | 'gaps' | 'health'>, now: number): string {
  const since = now - RECENT_MS
  const recent = prober.entries().filter(({scheduledAt}) => scheduledAt >= since)
  const leftOut = prober
    .gaps()
    .filter(({to}) => to >= since)
    .reduce((sum, {writes, reads}) => sum + writes + reads, 0)
  const due = recent.length + leftOut
  if (leftOut > due * STARVED)
    return `this machine is too busy: ${leftOut} of the last ${due} probes could not even be sent in time`
  const [trouble] = prober.health().trouble
  if (trouble !== undefined) return trouble
  const served = recent.filter(({outcome}) => outcome === 'ok').length
  const silent = recent.filter(({status, outcome}) => status === undefined && outcome !== undefined).length
  const refused = recent.findLast(({status, outcome}) => status !== undefined && outcome !== 'ok')
  return [
    `of the last ${recent.length} probes ${served} were served`,
    ...(silent > 0 ? [`${silent} got no answer in time`] : []),
    ...(refused ? [`the last refusal is HTTP ${refused.status} to a ${refused.kind}`] : []),
  ].join(', ')
}
