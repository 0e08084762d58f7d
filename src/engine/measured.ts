/** What the newest switch or drill that was measured has come to. */

import {DrError} from '../errors.js'
import type {Deployment} from '../model/deployment.js'
import type {RunStore} from '../ports/runs.js'
import {endOf, readRecord} from './unfinished.js'

export interface MeasuredRun {
  id: string
  verdict: 'missed' | 'passed' | 'unknown'
  /** Epoch milliseconds. */
  endedAt: number
}

const VERDICTS: readonly string[] = ['missed', 'passed', 'unknown'] satisfies MeasuredRun['verdict'][]
/** Runs that are looked at. */
const MOST = 30

/** Undefined where none of this deployment is known. A run that cannot be read is left out. */
export async function lastMeasured(
  runs: Pick<RunStore, 'newestFirst'>,
  deployment: Deployment,
): Promise<MeasuredRun | undefined> {
  const all = await runs.newestFirst()
  for (const run of all.slice(0, MOST)) {
    try {
      const {verdict = ''} = ((await run.readJson('result.json')) ?? {}) as {verdict?: string}
      if (!VERDICTS.includes(verdict)) continue
      const {lines, started} = await readRecord(run, deployment)
      const end = endOf(lines) as {at: number} | undefined
      return {id: run.id, verdict: verdict as MeasuredRun['verdict'], endedAt: end?.at ?? started.at}
    } catch (error) {
      if (!(error instanceof DrError)) throw error
    }
  }

  return undefined
}
