/** The recovery time of reads or of writes, judged from the ledger alone. */

import {throughEdge} from '../../model/ledger.js'
import type {Gap, LedgerEntry, ProbeKind} from '../../model/ledger.js'
import type {RecoveryTime} from '../../model/verdict.js'
import {inSeconds} from '../clock.js'

/** m failures in n probes are an outage, k successes in a row are a recovery. One stray 5xx is neither. */
export const OUTAGE = {m: 3, n: 5, k: 3} as const

export interface RecoveryInput {
  entries: readonly LedgerEntry[]
  /** What was not probed. */
  gaps?: readonly Gap[]
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
 * successes. Anything but `ok` is a failure, an answer that never came included; but not one that was waited for while the
 * prober itself did not run, since its deadline passed unseen.
 *
 * Where service flapped, the time runs to the last recovery: clients that were dropped again had not been given back
 * their service. Probes that were over before a known `outageAt` say nothing of that outage and are left out.
 *
 * `errorSeconds` is how far the true time can be from the measured one: an interval where the prober was on time, and more
 * where it was late, was not running, or left out probes at either end. `met` is null where that decides.
 */
export function recoveryTime(input: RecoveryInput): MeasuredRecovery {
  const {intervalMs, outageAt} = input
  const all = input.entries
    .filter((entry) => entry.kind === input.kind && throughEdge(entry) && !passedUnseen(entry, input))
    .sort(bySchedule)
  const probes = all.filter((entry) => (entry.finishedAt ?? Infinity) >= (outageAt ?? -Infinity))
  const spans = outages(probes)
  if (spans.length === 0) return noOutage(all, input)

  const {start} = spans[0]!
  const {end} = spans.at(-1)!
  const known = outageAt !== undefined && precedes(outageAt, all)
  const begins = known ? outageAt : probes[start]!.scheduledAt
  const recovered = end !== undefined
  const ended = recovered ? probes[end]!.finishedAt! : input.endedAt
  const [earlier, later] = known ? [0, 0] : roundStart(all, probes, start, input)
  /** Milliseconds by which the true time can be longer, and shorter, than the measured one. */
  const longer = earlier
  const shorter = later + beforeEnd(probes, end, input)
  const lowerBound = (outageAt === undefined && start === 0) || !recovered
  return {
    seconds: inSeconds(ended - begins),
    errorSeconds: inSeconds(Math.max(intervalMs, longer, shorter)),
    lowerBound,
    met: judge(input, {
      least: ended - begins - beyond(shorter, intervalMs),
      most: lowerBound
        ? Infinity
        : Math.max(ended - begins + beyond(longer, intervalMs), unseenUntil(probes, end!, intervalMs) - begins),
    }),
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

/** Milliseconds between two instants in which the prober did not run. */
function blindness(gaps: readonly Gap[] = [], from: number, to: number): number {
  const blind = gaps
    .filter(({notProbed}) => notProbed === 'late')
    .reduce((sum, gap) => sum + Math.max(0, Math.min(to, gap.to) - Math.max(from, gap.from)), 0)
  return Math.min(blind, Math.max(0, to - from))
}

/** No answer was read, and for half of the waiting nobody could have read one. */
function passedUnseen({outcome, status, sentAt, finishedAt}: LedgerEntry, {gaps}: RecoveryInput): boolean {
  if (outcome === undefined || outcome === 'ok' || status !== undefined || finishedAt === undefined) return false
  return finishedAt > sentAt && blindness(gaps, sentAt, finishedAt) >= (finishedAt - sentAt) / 2
}

/** Probes this far apart leave room for an outage, or for a recovery, that nobody saw. */
const isHole = (earlier: LedgerEntry, later: LedgerEntry, intervalMs: number): boolean =>
  later.sentAt - earlier.sentAt > OUTAGE.m * intervalMs

/**
 * Milliseconds by which the outage may have begun before the first failure was due, and after. Before: since the probe
 * before it was sent. After: the failure was sent late, or is a stray one with nothing seen between it and the next.
 */
function roundStart(
  all: readonly LedgerEntry[],
  probes: readonly LedgerEntry[],
  start: number,
  {gaps, intervalMs, endedAt}: RecoveryInput,
): [number, number] {
  const first = probes[start]!
  // One that failed and is no part of the outage was over before it is known to have begun.
  const before = all[all.indexOf(first) - 1] ?? first
  const next = probes[start + 1]?.sentAt ?? endedAt
  const sent = first.sentAt + blindness(gaps, first.sentAt, Math.min(first.finishedAt ?? next, next))
  const soon = probes.slice(start, start + OUTAGE.n)
  const settled = soon.findIndex((_, index) => soon.slice(0, index + 1).filter(failed).length === OUTAGE.m)
  const strays = soon.slice(1, settled + 1).filter((entry, index) => isHole(soon[index]!, entry, intervalMs))
  const latest = Math.max(sent, ...strays.map(({sentAt}) => sentAt))
  return [Math.max(0, first.scheduledAt - before.sentAt), latest - first.scheduledAt]
}

/** Milliseconds by which the outage may have ended before the answer that shows it: since the last failure was sent. */
function beforeEnd(probes: readonly LedgerEntry[], end: number | undefined, {gaps, endedAt}: RecoveryInput): number {
  if (end === undefined) return blindness(gaps, probes.at(-1)!.sentAt, endedAt)
  const {sentAt, finishedAt} = probes[end]!
  return sentAt - probes[end - 1]!.sentAt + blindness(gaps, sentAt, finishedAt!)
}

/** The last instant behind the recovery at which clients may have been down again, unseen. */
function unseenUntil(probes: readonly LedgerEntry[], end: number, intervalMs: number): number {
  const after = probes.slice(end)
  return (
    after.findLast((entry, index) => index > 0 && isHole(after[index - 1]!, entry, intervalMs))?.sentAt ?? -Infinity
  )
}

/** What a bar has more than that of a prober that was on time. */
const beyond = (bar: number, intervalMs: number): number => Math.max(0, bar - intervalMs)

/** Milliseconds: missed and met are said where they hold for the least and for the most that the time can be. */
function judge({objectiveSeconds}: RecoveryInput, {least, most}: {least: number; most: number}): boolean | null {
  if (inSeconds(least) > objectiveSeconds) return false
  return inSeconds(most) > objectiveSeconds ? null : true
}

/** No outage was seen: met where somebody looked and was served, nobody knows better, and none over the objective fits between two looks. */
function noOutage(all: readonly LedgerEntry[], input: RecoveryInput): MeasuredRecovery {
  const served = all.filter((entry) => !failed(entry))
  const apart = served.slice(1).map(({sentAt}, index) => sentAt - served[index]!.sentAt)
  // At the very beginning there is no success before it.
  const blind = (input.gaps ?? []).map(({from, to}) => to - from)
  const unseen = [...apart, ...blind].reduce((most, ms) => Math.max(most, ms), input.intervalMs)
  const fits = beyond(unseen, input.intervalMs) > input.objectiveSeconds * 1000
  return {
    seconds: null,
    errorSeconds: inSeconds(unseen),
    lowerBound: false,
    met: served.length > 0 && input.outageExpected !== true && !fits ? true : null,
    recovered: served.length > 0,
    episodes: [],
  }
}
