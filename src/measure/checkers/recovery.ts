/** The recovery time of reads or of writes, judged from the ledger alone. */

import type {LedgerEntry, ProbeKind} from '../../model/ledger.js'
import type {RecoveryTime} from '../../model/verdict.js'
import {inSeconds} from '../clock.js'

/** m failures in n probes are an outage, k successes in a row are a recovery. One stray 5xx is neither. */
export const OUTAGE = {m: 3, n: 5, k: 3} as const

export interface RecoveryInput {
  entries: readonly LedgerEntry[]
  kind: ProbeKind
  /** Time between two probes of this kind, in milliseconds. */
  intervalMs: number
  objectiveSeconds: number
  /** When the record ended, epoch milliseconds. */
  endedAt: number
  /** When the outage is known to have begun: the drill's fault, or what `outage start` wrote down. */
  outageAt?: number
  /** An outage that the record does not show was not measured: then `met` stays null. */
  outageExpected?: boolean
}

/** Epoch milliseconds; `to` is absent where it did not end. */
export interface Episode {
  from: number
  to?: number
}

export interface MeasuredRecovery extends RecoveryTime {
  /** False where an outage was seen and the record ends before it does; `seconds` is then a lower bound too. */
  recovered: boolean
  /** Every outage of the record, in order. More than one: the service flapped, and `seconds` spans them all. */
  episodes: Episode[]
}

/**
 * From the scheduled instant of the first of m failures in n probes to the completion of the first of k consecutive
 * successes. Anything but `ok` is a failure, an answer that never came included.
 *
 * Where service flapped, the time runs to the last recovery: clients that were dropped again had not been given back
 * their service. Probes that were over before a known `outageAt` say nothing of that outage and are left out.
 */
export function recoveryTime(input: RecoveryInput): MeasuredRecovery {
  const all = input.entries.filter((entry) => entry.kind === input.kind).sort(bySchedule)
  const probes = all.filter((entry) => (entry.finishedAt ?? Infinity) >= (input.outageAt ?? -Infinity))
  const spans = outages(probes)
  if (spans.length === 0) return noOutage(all, input)

  const {start} = spans[0]!
  const {end} = spans.at(-1)!
  const begins =
    input.outageAt !== undefined && precedes(input.outageAt, all) ? input.outageAt : probes[start]!.scheduledAt
  const recovered = end !== undefined
  const seconds = inSeconds((recovered ? probes[end]!.finishedAt! : input.endedAt) - begins)
  const beganEarlier = input.outageAt === undefined && start === 0
  const lowerBound = beganEarlier || !recovered
  return {
    seconds,
    errorSeconds: inSeconds(
      Math.max(input.intervalMs, gapBefore(all, probes[start]!), recovered ? gapBefore(all, probes[end]!) : 0),
    ),
    lowerBound,
    met: seconds > input.objectiveSeconds ? false : lowerBound ? null : true,
    recovered,
    episodes: spans.map((span) => ({
      from: probes[span.start]!.scheduledAt,
      ...(span.end !== undefined && {to: probes[span.end]!.finishedAt!}),
    })),
  }
}

/** Ties are broken by id, so that the order of the lines does not matter. */
const bySchedule = (a: LedgerEntry, b: LedgerEntry): number =>
  a.scheduledAt - b.scheduledAt || (a.requestId < b.requestId ? -1 : 1)

const failed = (entry: LedgerEntry): boolean => entry.outcome !== 'ok'

function outages(probes: readonly LedgerEntry[]): {start: number; end?: number}[] {
  const found: {start: number; end?: number}[] = []
  let at = 0
  for (;;) {
    const start = probes.findIndex((_, index) => index >= at && beginsOutage(probes, index))
    if (start === -1) return found
    const end = probes.findIndex((_, index) => index > start && beginsRecovery(probes, index))
    if (end === -1) return [...found, {start}]
    found.push({start, end})
    at = end
  }
}

const beginsOutage = (probes: readonly LedgerEntry[], index: number): boolean =>
  failed(probes[index]!) && probes.slice(index, index + OUTAGE.n).filter((probe) => failed(probe)).length >= OUTAGE.m

const beginsRecovery = (probes: readonly LedgerEntry[], index: number): boolean => {
  const next = probes.slice(index, index + OUTAGE.k)
  return next.length === OUTAGE.k && next.every((probe) => !failed(probe))
}

/** The outage was on before the first probe: its recorded instant is then the beginning, and not the first failure. */
const precedes = (outageAt: number, all: readonly LedgerEntry[]): boolean =>
  all.length > 0 && outageAt < all[0]!.scheduledAt

/** A skipped probe leaves a gap in the schedule, and the error bar grows with it. */
function gapBefore(all: readonly LedgerEntry[], probe: LedgerEntry): number {
  const index = all.indexOf(probe)
  return index > 0 ? probe.scheduledAt - all[index - 1]!.scheduledAt : 0
}

/** No outage was seen: met where somebody looked and was served, and nobody knows better. */
function noOutage(all: readonly LedgerEntry[], input: RecoveryInput): MeasuredRecovery {
  const served = all.some((entry) => entry.outcome === 'ok')
  return {
    seconds: null,
    errorSeconds: inSeconds(input.intervalMs),
    lowerBound: false,
    met: served && input.outageExpected !== true ? true : null,
    recovered: served,
    episodes: [],
  }
}
