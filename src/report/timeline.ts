/** The ledger a second at a time: what was acknowledged, by which region, and what failed. */

import type {LedgerEntry, ProbeKind} from '../model/ledger.js'

export interface Second {
  /** Epoch milliseconds of its start. */
  at: number
  /** Acknowledged probes by region; a probe without a region is booked under `?`. */
  ok: Record<string, number>
  fail: number
  unsure: number
}

/** Every second from the first probe to the last, the empty ones too. Probes are booked where they were scheduled. */
export function secondsOf(entries: readonly LedgerEntry[], kind: ProbeKind): Second[] {
  const all = entries.map((entry) => entry.scheduledAt)
  if (all.length === 0) return []
  const first = all.reduce((least, at) => Math.min(least, at))
  const last = all.reduce((most, at) => Math.max(most, at))
  const seconds: Second[] = Array.from({length: Math.floor((last - first) / 1000) + 1}, (_, index) => ({
    at: first + index * 1000,
    ok: {},
    fail: 0,
    unsure: 0,
  }))
  for (const entry of entries) {
    if (entry.kind !== kind) continue
    const second = seconds[Math.floor((entry.scheduledAt - first) / 1000)]!
    if (entry.outcome === 'ok') second.ok[entry.region ?? '?'] = (second.ok[entry.region ?? '?'] ?? 0) + 1
    else if (entry.outcome === 'fail') second.fail++
    else second.unsure++
  }

  return seconds
}

export const okCount = (second: Second): number => Object.values(second.ok).reduce((sum, count) => sum + count, 0)

/** How many cells a bar has. */
const WIDTH = 30

/**
 * One line a second. A region has a letter (its legend is the last line), `x` is a failure and `?` an unsure write:
 *
 *      4 s  hhhhhhhhhhhhhhhxxxxxxxxxxxxx     25 ok, 23 failed
 */
export function timelineText(
  entries: readonly LedgerEntry[],
  kind: ProbeKind,
  regions: {home: string; away: string},
): string[] {
  const seconds = secondsOf(entries, kind)
  const most = Math.max(1, ...seconds.map((second) => okCount(second) + second.fail + second.unsure))
  const cells = (count: number): number => (count === 0 ? 0 : Math.max(1, Math.round((count / most) * WIDTH)))
  const letter = (region: string): string => (region === regions.home ? 'h' : region === regions.away ? 'a' : 'o')
  const lines = seconds.map((second, index) => {
    const bar = [
      ...Object.entries(second.ok).map(([region, count]) => letter(region).repeat(cells(count))),
      'x'.repeat(cells(second.fail)),
      '?'.repeat(cells(second.unsure)),
    ].join('')
    const parts = [
      `${okCount(second)} ok`,
      ...(second.fail > 0 ? [`${second.fail} failed`] : []),
      ...(second.unsure > 0 ? [`${second.unsure} unsure`] : []),
    ]
    return `${String(index).padStart(5)} s  ${bar.padEnd(WIDTH + 2)} ${parts.join(', ')}`
  })
  return [...lines, `         h ${regions.home}   a ${regions.away}   x failed   ? unsure: no clear answer`]
}
