/** What a run leaves: reports beside `result.json`; and of a measurement, lines for a person and an exit status. */

import {join} from 'node:path'

import writeFileAtomic from 'write-file-atomic'

import type {LedgerEntry} from '../model/ledger.js'
import type {DrillResult} from '../measure/result.js'
import type {ExitName} from '../errors.js'
import {htmlReport} from './html.js'
import {markdownReport} from './markdown.js'
import {exitOf} from './result.js'
import {runReportHtml, runReportMarkdown} from './run-report.js'
import type {RunReport} from './run-report.js'
import type {RunStory} from './story.js'
import {summaryText} from './text.js'
import type {Shown} from './text.js'

/** The summary for stdout, and the exit status of the verdict. */
export const summary = (
  result: DrillResult,
  entries: readonly LedgerEntry[],
  shown: Shown,
): {lines: string[]; exit: ExitName} => ({
  lines: ['', ...summaryText(result, entries, shown), ''],
  exit: exitOf(result),
})

/** Gives the page to look at. */
export const writeReport = (result: DrillResult, entries: readonly LedgerEntry[], story?: RunStory): Promise<string> =>
  write(result.runDirectory, 'report', htmlReport(result, entries, story), markdownReport(result, story))

/** Of a switch that was not measured, or the rest of one. Gives the page to look at; leaves the report of a measurement as it is. */
export const writeRunReport = (report: RunReport): Promise<string> =>
  write(report.outcome.runDirectory, 'run', runReportHtml(report), runReportMarkdown(report))

/** Writes a page and the same in Markdown into the run's folder, readable by its owner alone. */
async function write(folder: string, name: 'report' | 'run', html: string, markdown: string): Promise<string> {
  const page = join(folder, `${name}.html`)
  await Promise.all([
    writeFileAtomic(page, html, {mode: 0o600}),
    writeFileAtomic(join(folder, `${name}.md`), markdown, {mode: 0o600}),
  ])
  return page
}
