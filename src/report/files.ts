/** What a finished measurement leaves: reports beside `result.json`, lines for a person, and an exit status. */

import {join} from 'node:path'

import writeFileAtomic from 'write-file-atomic'

import type {LedgerEntry} from '../model/ledger.js'
import type {DrillResult} from '../measure/result.js'
import type {ExitName} from '../errors.js'
import {htmlReport} from './html.js'
import {markdownReport} from './markdown.js'
import {exitOf} from './result.js'
import {summaryText} from './text.js'

export interface Report {
  /** The summary, for stdout. */
  lines: string[]
  /** The page to look at. */
  page: string
  exit: ExitName
}

/** Writes `report.html` and `report.md` into the run's folder, readable by its owner alone. */
export async function report(result: DrillResult, entries: readonly LedgerEntry[]): Promise<Report> {
  const write = (name: string, text: string): Promise<void> =>
    writeFileAtomic(join(result.runDirectory, name), text, {mode: 0o600})
  await Promise.all([write('report.html', htmlReport(result, entries)), write('report.md', markdownReport(result))])
  return {
    lines: ['', ...summaryText(result, entries), ''],
    page: join(result.runDirectory, 'report.html'),
    exit: exitOf(result),
  }
}
