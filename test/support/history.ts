/** Handwritten histories: a letter a probe. */

import type {LedgerEntry, ProbeKind} from '../../src/model/ledger.js'

export const START = 1_700_000_000_000
export const INTERVAL = 20
/** How long a probe of these histories takes. */
export const LATENCY = 5

interface Options {
  kind?: ProbeKind
  startAt?: number
  region?: string
}

/**
 * One probe a letter, `INTERVAL` ms apart: `.` ok, `x` fail, `?` unsure, `-` in flight for ever, space: skipped.
 * Ids are `<kind><index>`.
 */
export function history(
  letters: string,
  {kind = 'write', startAt = START, region = 'us-east-1'}: Options = {},
): LedgerEntry[] {
  return [...letters].flatMap((letter, index) => {
    if (letter === ' ') return []
    const scheduledAt = startAt + index * INTERVAL
    const probe: LedgerEntry = {requestId: `${kind}${index}`, kind, scheduledAt, sentAt: scheduledAt}
    if (letter === '-') return [probe]
    const finishedAt = scheduledAt + LATENCY
    if (letter === '.') return [{...probe, finishedAt, outcome: 'ok' as const, status: 201, region}]
    if (letter === 'x') return [{...probe, finishedAt, outcome: 'fail' as const, status: 503}]
    return [{...probe, finishedAt, outcome: 'unsure' as const}]
  })
}

/** The scheduled instant of the probe with this index. */
export const at = (index: number): number => START + index * INTERVAL
