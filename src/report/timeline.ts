/** The ledger a second at a time: what was acknowledged, by which region, and what failed. */

import {throughEdge} from '../model/ledger.js'
import type {LedgerEntry, ProbeKind} from '../model/ledger.js'

export interface Second {
  /** Epoch milliseconds of its start. */
  at: number
  /** Acknowledged probes by region; a probe without a region is booked under `?`. */
  ok: Record<string, number>
  fail: number
  unsure: number
}

/** Every second from the first probe through the edge to the last, the empty ones too. Probes are booked where they were scheduled. */
export function secondsOf(ledger: readonly LedgerEntry[], kind: ProbeKind): Second[] {
  const entries = ledger.filter(throughEdge)
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

/** A longer measurement has a letter for each second, not a line. */
const LINES = 20
/** Seconds in a row of such letters. */
const ROW = 50

/**
 * A region has a letter (its legend is the last line), `x` is a failure and `?` an unsure write. One line a second:
 *
 *      4 s  hhhhhhhhhhhhhhhxxxxxxxxxxxxx     25 ok, 23 failed
 *
 * One letter a second where that would be many lines, the worst of what clients were told in it; `.` was not probed:
 *
 *     50 s  hhhhhhxxx??aaaaaaaaaaaaa
 */
export function timelineText(
  entries: readonly LedgerEntry[],
  kind: ProbeKind,
  regions: {home: string; away: string},
): string[] {
  const seconds = secondsOf(entries, kind)
  const letter = (region: string): string => (region === regions.home ? 'h' : region === regions.away ? 'a' : 'o')
  const legend = `         h ${regions.home}   a ${regions.away}   x failed   ? unsure: no clear answer`
  if (seconds.length <= LINES) return ['Writes, one line per second', ...barsOf(seconds, letter), legend]
  const letters = seconds.map((second) => worstOf(second, letter)).join('')
  const rows = Array.from({length: Math.ceil(letters.length / ROW)}, (_, index) => index * ROW)
  return [
    'Writes, one letter per second',
    ...rows.map((from) => `${String(from).padStart(5)} s  ${letters.slice(from, from + ROW)}`),
    `${legend}   . not probed`,
  ]
}

function worstOf({ok, fail, unsure}: Second, letter: (region: string) => string): string {
  if (fail > 0) return 'x'
  if (unsure > 0) return '?'
  const [most] = Object.entries(ok).sort(([, one], [, other]) => other - one)
  return most ? letter(most[0]) : '.'
}

function barsOf(seconds: Second[], letter: (region: string) => string): string[] {
  const most = Math.max(1, ...seconds.map((second) => okCount(second) + second.fail + second.unsure))
  const cells = (count: number): number => (count === 0 ? 0 : Math.max(1, Math.round((count / most) * WIDTH)))
  return seconds.map((second, index) => {
    const bar = [
      ...Object.entries(second.ok).map(([region, count]) => letter(region).repeat(cells(count))),
      'x'.repeat(cells(second.fail)),
      '?'.repeat(cells(second.unsure)),
    ].join('')
    const nothing = okCount(second) + second.fail + second.unsure === 0
    const parts = [
      nothing ? 'not probed' : `${okCount(second)} ok`,
      ...(second.fail > 0 ? [`${second.fail} failed`] : []),
      ...(second.unsure > 0 ? [`${second.unsure} unsure`] : []),
    ]
    return `${String(index).padStart(5)} s  ${bar.padEnd(WIDTH + 2)} ${parts.join(', ')}`
  })
}
