/** The recovery point: which acknowledged writes of this ledger the new primary does not have. */

import {throughEdge} from '../../model/ledger.js'
import type {LedgerEntry} from '../../model/ledger.js'
import type {RecoveryPoint} from '../../model/verdict.js'
import {inSeconds} from '../clock.js'

export interface LossInput {
  entries: readonly LedgerEntry[]
  /** Request ids that the new primary holds; undefined where it could not be asked. */
  present: ReadonlySet<string> | undefined
  /** The instant from which loss is counted back: the fault, or the first failure of the outage, or the command. */
  outageAt: number
  /** Time between two writes, in milliseconds. */
  intervalMs: number
  objectiveSeconds: number
}

export interface MeasuredLoss extends RecoveryPoint {
  /** False where the new primary could not be asked: then nothing is known of loss, and `lostCount` says nothing. */
  checked: boolean
  /** Of the unsure writes, those that the new primary holds. */
  unsureSurvivedCount: number
  /** False where no write was acknowledged just before the outage: then no loss proves nothing. */
  acknowledgedBefore: boolean
}

/** An acknowledgement this close before the outage makes the absence of loss mean something. */
const FRESH_MS = 1000
const FRESH_INTERVALS = 5

/**
 * Speaks of the probe's writes only. Lost is what was acknowledged and is not there; a write without an answer is
 * unsure, is never lost, and has not survived until it is read.
 *
 * `windowSeconds` is the time span of the missing acknowledged writes: from the oldest of them to the outage, or to
 * the newest of them where an old primary went on acknowledging after the outage began.
 *
 * `met` is null where the primary could not be asked, and where no loss was found but no write had been acknowledged
 * within a second (or five probe intervals, if that is more) before the outage.
 */
export function lossOf(input: LossInput): MeasuredLoss {
  const writes = input.entries.filter((entry) => entry.kind === 'write')
  const acknowledged = writes.filter(isAcknowledged)
  const unsure = writes.filter(isUnsure)
  const {present} = input
  const lost =
    present === undefined ? [] : acknowledged.filter((entry) => !present.has(entry.requestId)).sort(byAcknowledgement)
  const windowSeconds = windowOf(lost, input.outageAt)
  const acknowledgedBefore = acknowledged.some((entry) => isFresh(entry, input))
  return {
    acknowledged: acknowledged.length,
    lostCount: lost.length,
    lost: lost.map((entry) => ({requestId: entry.requestId, acknowledgedAt: new Date(entry.finishedAt).toISOString()})),
    unsureCount: unsure.length,
    windowSeconds,
    met: judge(windowSeconds, present !== undefined && acknowledgedBefore, input.objectiveSeconds),
    checked: present !== undefined,
    unsureSurvivedCount: unsure.filter((entry) => present?.has(entry.requestId)).length,
    acknowledgedBefore,
  }
}

type Acknowledged = LedgerEntry & {finishedAt: number}

/** Whoever was told yes: a promise of a region that was asked directly is one too. */
export const isAcknowledged = (entry: LedgerEntry): entry is Acknowledged =>
  entry.outcome === 'ok' && entry.finishedAt !== undefined

/**
 * A write that may have been applied, as far as its client was told. Of those that a region was sent directly only what was
 * acknowledged counts: no client is left in doubt by a region that the edge does not send it to.
 */
export const isUnsure = (entry: LedgerEntry): boolean =>
  entry.kind === 'write' && throughEdge(entry) && (entry.outcome === undefined || entry.outcome === 'unsure')

const byAcknowledgement = (a: Acknowledged, b: Acknowledged): number =>
  a.finishedAt - b.finishedAt || (a.requestId < b.requestId ? -1 : 1)

const isFresh = (entry: Acknowledged, {outageAt, intervalMs}: LossInput): boolean =>
  entry.finishedAt <= outageAt && entry.finishedAt >= outageAt - Math.max(FRESH_MS, FRESH_INTERVALS * intervalMs)

function windowOf(lost: readonly Acknowledged[], outageAt: number): number {
  if (lost.length === 0) return 0
  return inSeconds(Math.max(outageAt, lost.at(-1)!.finishedAt) - Math.min(outageAt, lost[0]!.finishedAt))
}

function judge(windowSeconds: number, conclusive: boolean, objectiveSeconds: number): boolean | null {
  if (windowSeconds > objectiveSeconds) return false
  return conclusive ? true : null
}
