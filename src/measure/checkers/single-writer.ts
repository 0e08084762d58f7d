/** Single writer: two regions must never both say yes. */

import type {LedgerEntry} from '../../model/ledger.js'
import type {Validity} from '../../model/verdict.js'

export interface SingleWriter {
  valid: Validity
  /** Pairs of acknowledged writes that no single handover explains: the later was sent after the earlier's answer. */
  overlaps: {earlier: string; earlierRegion: string; later: string; laterRegion: string}[]
  /** Acknowledged writes without a region: what makes it unknown. */
  withoutRegion: number
  /** Where writes were sent: `edge`, and each region that was asked directly. What went another way was not seen. */
  through: string[]
}

/**
 * An acknowledged write took effect at some instant between its send and its answer. A handover from one region to
 * another explains the record if at some instant every write of the first had been sent and none of the second had
 * been answered. Where neither order explains it, both were writers at one time. A slow answer alone is therefore no
 * violation, and an interleaving of two regions is one even where no two requests overlap.
 *
 * The record must hold one switch: measure a failback in a record of its own. `unknown` without acknowledged writes,
 * and where a region is missing and nothing else is wrong. It holds for the ways that writes were sent, and for no other: a region
 * that nobody was sent to may have acknowledged anything.
 */
export function singleWriter(entries: readonly LedgerEntry[]): SingleWriter {
  const through = new Set(entries.flatMap(({kind, via = 'edge'}) => (kind === 'write' ? [via] : [])))
  const writes = entries.filter(
    (entry): entry is Answered => entry.kind === 'write' && entry.outcome === 'ok' && entry.finishedAt !== undefined,
  )
  const withoutRegion = writes.filter((entry) => servedBy(entry) === undefined).length
  const names = [...new Set(writes.flatMap((entry) => servedBy(entry) ?? []))].sort()
  const served = names.map((name) => writes.filter((entry) => servedBy(entry) === name))
  const overlaps = served.flatMap((one, index) => served.slice(index + 1).flatMap((other) => unexplained(one, other)))
  const known = writes.length > 0 && withoutRegion === 0
  const valid = overlaps.length > 0 ? false : known || 'unknown'
  return {valid, overlaps, withoutRegion, through: [...through].sort()}
}

type Answered = LedgerEntry & {finishedAt: number}

const servedBy = ({region, via}: LedgerEntry): string | undefined => region ?? via

/** Nothing where a handover in either direction explains all; else all that the region which was first said yes to after the other. */
function unexplained(one: Answered[], other: Answered[]): SingleWriter['overlaps'] {
  const forth = violations(one, other)
  const back = violations(other, one)
  if (forth.length === 0 || back.length === 0) return []
  return firstAnswered(one).finishedAt <= firstAnswered(other).finishedAt ? forth : back
}

const firstAnswered = (writes: Answered[]): Answered =>
  writes.reduce((least, entry) => (entry.finishedAt < least.finishedAt ? entry : least))

/** Writes of the region that hands over which were sent after the one that takes over had answered. */
function violations(before: Answered[], after: Answered[]): SingleWriter['overlaps'] {
  const first = firstAnswered(after)
  return before
    .filter((entry) => entry.sentAt > first.finishedAt)
    .map((entry) => ({
      earlier: first.requestId,
      earlierRegion: servedBy(first)!,
      later: entry.requestId,
      laterRegion: servedBy(entry)!,
    }))
}
