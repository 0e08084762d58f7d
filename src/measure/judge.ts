/** Judges a finished ledger: every checker, guarded, and what limits the worth of their words. */

import type {LedgerEntry, ProbeKind} from '../model/ledger.js'
import type {Objectives} from '../model/verdict.js'
import {guarded} from './checkers/guarded.js'
import {lossOf} from './checkers/loss.js'
import type {MeasuredLoss} from './checkers/loss.js'
import {recoveryTime} from './checkers/recovery.js'
import type {MeasuredRecovery} from './checkers/recovery.js'
import {singleWriter} from './checkers/single-writer.js'
import type {SingleWriter} from './checkers/single-writer.js'

export interface JudgeInput {
  entries: readonly LedgerEntry[]
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
  loss: MeasuredLoss
  singleWriter: SingleWriter
  notices: string[]
}

export function judge(input: JudgeInput): Judgement {
  const {entries, objectives, endedAt, outageAt} = input
  const intervalMs = 1000 / input.ratePerSecond
  const recovery = (kind: ProbeKind, outageExpected: boolean) =>
    guarded(
      () =>
        recoveryTime({
          entries,
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
  const writers = guarded(() => singleWriter(entries), UNKNOWN_WRITERS)
  const crashes = {'RTO of writes': write, 'RTO of reads': read, RPO: loss, 'single writer': writers}
  return {
    write: write.value,
    read: read.value,
    loss: loss.value,
    singleWriter: writers.value,
    notices: [
      ...Object.entries(crashes).flatMap(([name, {crash}]) =>
        crash === undefined ? [] : [`the checker "${name}" crashed: ${crash}`],
      ),
      ...limits(input, write.value, read.value, loss.value),
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
    if (recovery.seconds === null) continue
    if (!recovery.recovered) found.push(`${name} had not recovered when the record ended`)
    else if (recovery.lowerBound)
      found.push(`the outage of ${name} began before the record: its length is a lower bound`)
    if (recovery.episodes.length > 1)
      found.push(`service of ${name} was down ${recovery.episodes.length} times; this counts as one outage`)
  }

  return found
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

const UNKNOWN_WRITERS: SingleWriter = {valid: 'unknown', overlaps: [], withoutRegion: 0}
