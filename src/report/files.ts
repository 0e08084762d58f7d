/** The reports that lie beside `result.json`. */

import {join} from 'node:path'

import writeFileAtomic from 'write-file-atomic'

import type {LedgerEntry} from '../model/ledger.js'
import type {DrillResult} from '../measure/result.js'
import {htmlReport} from './html.js'
import {markdownReport} from './markdown.js'

/** Writes `report.html` and `report.md` into the run's folder, readable by its owner alone. */
export async function writeReports(result: DrillResult, entries: readonly LedgerEntry[]): Promise<void> {
  const write = (name: string, text: string): Promise<void> =>
    writeFileAtomic(join(result.runDirectory, name), text, {mode: 0o600})
  await Promise.all([write('report.html', htmlReport(result, entries)), write('report.md', markdownReport(result))])
}
