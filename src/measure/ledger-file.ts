/**
 * The ledger as a file. While a run lasts every probe leaves two lines, its intent before the send and its outcome
 * after; at the end the file is replaced by one line a probe. Readers take either form, so that the ledger of a killed
 * run is worth as much as a finished one: a probe whose outcome line is missing is an unanswered probe. What was not probed
 * has lines of its own in both.
 */

import {join} from 'node:path'

import writeFileAtomic from 'write-file-atomic'

import type {Gap, LedgerEntry} from '../model/ledger.js'
import type {Run} from '../ports/runs.js'

const isEntry = (line: unknown): line is LedgerEntry => {
  const entry = line as Partial<LedgerEntry> | null
  return (
    typeof entry === 'object' &&
    entry !== null &&
    typeof entry.requestId === 'string' &&
    (entry.kind === 'write' || entry.kind === 'read') &&
    typeof entry.scheduledAt === 'number' &&
    typeof entry.sentAt === 'number'
  )
}

/** One entry a probe, in the order of the schedule; of several lines of one probe the last with an outcome counts. */
export function mergeLedger(lines: readonly unknown[]): LedgerEntry[] {
  const byId = new Map<string, LedgerEntry>()
  for (const line of lines) {
    if (!isEntry(line)) continue
    const known = byId.get(line.requestId)
    if (known?.outcome === undefined || line.outcome !== undefined) byId.set(line.requestId, line)
  }

  return [...byId.values()].sort((a, b) => a.scheduledAt - b.scheduledAt || (a.requestId < b.requestId ? -1 : 1))
}

/**
 * Replaces the file by one line a probe, and a line for what was not probed where it is missing. Atomic: whoever reads at that moment, or finds the file after a kill, has the
 * old form or the new. Call it when nothing is appended any more.
 */
export async function compactLedger(
  run: Pick<Run, 'folder'>,
  entries: readonly LedgerEntry[],
  gaps: readonly Gap[] = [],
): Promise<void> {
  const at = (line: Gap | LedgerEntry): number => ('from' in line ? line.from : line.scheduledAt)
  const text = [...mergeLedger(entries), ...gaps]
    .sort((a, b) => at(a) - at(b))
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('')
  await writeFileAtomic(join(run.folder, 'ledger.ndjson'), text, {mode: 0o600})
}
