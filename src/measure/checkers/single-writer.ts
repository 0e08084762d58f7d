/** Single writer: two regions must never both say yes. */

import type {LedgerEntry} from '../../model/ledger.js'
import type {Validity} from '../../model/verdict.js'

export interface SingleWriter {
  valid: Validity
  /** Pairs of acknowledged writes that no single handover explains: the later was sent after the earlier's answer. At most ten. */
  overlaps: {earlier: string; earlierRegion: string; later: string; laterRegion: string}[]
  /** Acknowledged writes without a region: what makes it unknown. */
  withoutRegion: number
}

/**
 * An acknowledged write took effect at some instant between its send and its answer. A handover from one region to
 * another explains the record if at some instant every write of the first had been sent and none of the second had
 * been answered. Where neither order explains it, both were writers at one time. A slow answer alone is therefore no
 * violation, and an interleaving of two regions is one even where no two requests overlap.
 *
 * The record must hold one switch: measure a failback in a record of its own. `unknown` without acknowledged writes,
 * and where a region is missing and nothing else is wrong.
 */
export function singleWriter(entries: readonly LedgerEntry[]): SingleWriter {
  const writes = entries.filter(
    (entry): entry is Answered => entry.kind === 'write' && entry.outcome === 'ok' && entry.finishedAt !== undefined,
  )
  const withoutRegion = writes.filter((entry) => entry.region === undefined).length
  const names = [...new Set(writes.flatMap((entry) => entry.region ?? []))].sort()
  const served = names.map((name) => writes.filter((entry) => entry.region === name))
  const overlaps = served.flatMap((one, index) => served.slice(index + 1).flatMap((other) => unexplained(one, other)))
  const known = writes.length > 0 && withoutRegion === 0
  return {valid: overlaps.length > 0 ? false : known || 'unknown', overlaps: overlaps.slice(0, 10), withoutRegion}
}

type Answered = LedgerEntry & {finishedAt: number}

/** What is left over by the handover, in either direction, that explains more. */
function unexplained(one: Answered[], other: Answered[]): SingleWriter['overlaps'] {
  const forth = violations(one, other)
  const back = violations(other, one)
  return forth.length <= back.length ? forth : back
}

/** Writes of the region that hands over which were sent after the one that takes over had answered. */
function violations(before: Answered[], after: Answered[]): SingleWriter['overlaps'] {
  const first = after.reduce((least, entry) => (entry.finishedAt < least.finishedAt ? entry : least))
  return before
    .filter((entry) => entry.sentAt > first.finishedAt)
    .map((entry) => ({
      earlier: first.requestId,
      earlierRegion: first.region!,
      later: entry.requestId,
      laterRegion: entry.region!,
    }))
}
