/** Judges a finished ledger: every checker, guarded, and what limits the worth of their words. */

import type {Gap, LedgerEntry, ProbeKind, ProbeRefusal} from '../model/ledger.js'
import type {Objectives} from '../model/verdict.js'
import {guarded} from './checkers/guarded.js'
import {lossOf} from './checkers/loss.js'
import type {MeasuredLoss} from './checkers/loss.js'
import {recoveryTime} from './checkers/recovery.js'
import type {MeasuredRecovery} from './checkers/recovery.js'
import {lateRecovery} from './checkers/late.js'
import type {LateRecovery} from './checkers/late.js'
import {singleWriter} from './checkers/single-writer.js'
import type {SingleWriter} from './checkers/single-writer.js'

export interface JudgeInput {
  entries: readonly LedgerEntry[]
  /** What was not probed. */
  gaps?: readonly Gap[]
  /** Request ids that the new primary holds; undefined where it could not be asked. */
  present: ReadonlySet<string> | undefined
  objectives: Objectives
  ratePerSecond: number
  /** When the outage is known to have begun, epoch milliseconds. */
  outageAt?: number
  commandAt: number
  endedAt: number
  /** A fault was made: a record in which writes never failed did not measure it. */
  outageExpected: boolean
}

export interface Judgement {
  write: MeasuredRecovery
  read: MeasuredRecovery
  /** Absent where there was no such client. */
  late?: LateRecovery
  loss: MeasuredLoss
  singleWriter: SingleWriter
  notices: string[]
}

export function judge(input: JudgeInput): Judgement {
  const {entries, gaps, objectives, endedAt, outageAt} = input
  const intervalMs = 1000 / input.ratePerSecond
  const recovery = (kind: ProbeKind, outageExpected: boolean) =>
    guarded(
      () =>
        recoveryTime({
          entries,
          gaps,
          kind,
          intervalMs,
          objectiveSeconds: objectives.rtoSeconds,
          endedAt,
          outageAt,
          outageExpected,
        }),
      UNKNOWN_RECOVERY,
    )
  const write = recovery('write', input.outageExpected)
  const read = recovery('read', false)
  const lossFrom = outageAt ?? write.value.episodes[0]?.from ?? input.commandAt
  const loss = guarded(
    () =>
      lossOf({
        entries,
        present: input.present,
        outageAt: lossFrom,
        intervalMs,
        objectiveSeconds: objectives.rpoSeconds,
      }),
    UNKNOWN_LOSS,
  )
  const late = guarded(() => lateRecovery({entries, endedAt, outageAt}), undefined)
  const writers = guarded(() => singleWriter(entries), UNKNOWN_WRITERS)
  const crashes = {
    'RTO of writes': write,
    'RTO of reads': read,
    RPO: loss,
    'late clients': late,
    'single writer': writers,
  }
  return {
    write: write.value,
    read: read.value,
    ...(late.value && {late: late.value}),
    loss: loss.value,
    singleWriter: writers.value,
    notices: [
      ...Object.entries(crashes).flatMap(([name, {crash}]) =>
        crash === undefined ? [] : [`the checker "${name}" crashed: ${crash}`],
      ),
      ...limits(input, write.value, read.value, loss.value),
      ...refused(entries),
    ],
  }
}

/** What a reader must know to read the numbers aright. */
function limits(input: JudgeInput, write: MeasuredRecovery, read: MeasuredRecovery, loss: MeasuredLoss): string[] {
  const found: string[] = []
  if (!loss.checked) found.push('the new primary could not be asked for the acknowledged writes: the loss is unknown')
  else if (!loss.acknowledgedBefore)
    found.push('no write was acknowledged just before the outage: no lost writes proves nothing')
  if (input.outageExpected && write.seconds === null) found.push('an outage was started, but no write failed')
  for (const [name, recovery] of [['writes', write] as const, ['reads', read] as const]) {
    found.push(...widened(input, name, recovery))
    if (recovery.seconds === null) continue
    if (!recovery.recovered) found.push(`${name} had not recovered when the record ended`)
    else if (recovery.lowerBound)
      found.push(`the outage of ${name} began before the record: its length is a lower bound`)
    if (recovery.episodes.length > 1)
      found.push(`service of ${name} was down ${recovery.episodes.length} times; this counts as one outage`)
  }

  return found
}

/** What was refused by somebody other than the API, by name: a firewall that stops the load is no outage. */
function refused(entries: readonly LedgerEntry[]): string[] {
  const count = (refusal: ProbeRefusal): number => entries.filter((entry) => entry.refusal === refusal).length
  const [notRun, firewall] = [count('not-run'), count('firewall')]
  return [
    ...(notRun > 0
      ? [`${notRun} probes got 500 because Lambda ran no function for them, as behind a fence: they were not applied`]
      : []),
    ...(firewall > 0
      ? [
          `${firewall} probes were refused by a firewall (403), not by the API: they count as failed, and the rate of the load may be why`,
        ]
      : []),
  ]
}

/** A bar of two intervals is still that of a busy machine. */
const WIDE_INTERVALS = 2

/** Said where a late prober has widened a bar or left the verdict open, and nowhere else. */
function widened(
  {ratePerSecond, outageExpected}: JudgeInput,
  name: 'reads' | 'writes',
  of: MeasuredRecovery,
): string[] {
  const {seconds, errorSeconds, lowerBound, met, recovered} = of
  const expected = outageExpected && name === 'writes'
  const open = met === null && recovered && !lowerBound && (seconds !== null || !expected)
  const wide = errorSeconds > WIDE_INTERVALS / ratePerSecond
  if (!open && !wide) return []
  const bar = `${Number(errorSeconds.toPrecision(2))} s`
  const what =
    seconds === null
      ? `${name} were not probed for up to ${bar}: a shorter outage may have gone unseen`
      : wide
        ? `the error bar of ${name} is as wide as ±${bar} because the prober was late or left probes out at that moment`
        : `${name} were not probed for a while after they were back`
  return [open ? `${what}; this leaves open whether the objective was met` : what]
}

const UNKNOWN_RECOVERY: MeasuredRecovery = {
  seconds: null,
  errorSeconds: 0,
  lowerBound: false,
  met: null,
  recovered: false,
  episodes: [],
}

const UNKNOWN_LOSS: MeasuredLoss = {
  acknowledged: 0,
  lostCount: 0,
  lost: [],
  unsureCount: 0,
  windowSeconds: 0,
  met: null,
  checked: false,
  unsureSurvivedCount: 0,
  acknowledgedBefore: false,
}

const UNKNOWN_WRITERS: SingleWriter = {valid: 'unknown', overlaps: [], withoutRegion: 0, through: []}
