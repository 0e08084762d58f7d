/** What the regions hold of one run, read side by side. A region that does not answer holds nothing. */

import type {Region} from '../../model/deployment.js'
import type {RunMirror} from '../../ports/runs.js'

export interface Copy {
  region: Region
  finished: boolean
  /** Of the journal. */
  lines: number
  files: {'plan.json': string; 'journal.ndjson': string; 'result.json'?: string}
}

/** Copies of a switch alone: those with a plan and a journal that can be read. */
export async function readCopies(mirror: RunMirror, runId: string): Promise<Copy[]> {
  const read = await Promise.allSettled(mirror.regions.map((region) => readCopy(mirror, region, runId)))
  return read.flatMap((one) => (one.status === 'fulfilled' && one.value ? [one.value] : []))
}

async function readCopy(mirror: RunMirror, region: Region, runId: string): Promise<Copy | undefined> {
  const [plan, journal, result] = await Promise.all([
    mirror.get(region, runId, 'plan.json'),
    mirror.get(region, runId, 'journal.ndjson'),
    mirror.get(region, runId, 'result.json'),
  ])
  if (plan === undefined || journal === undefined) return undefined
  const lines = journal.split('\n').filter((line) => line !== '')
  // Throws where it is not valid JSON: such a copy counts for nothing.
  for (const one of [plan, ...lines, ...(result === undefined ? [] : [result])]) JSON.parse(one)
  if ((JSON.parse(plan) as {schemaVersion?: number}).schemaVersion !== 1) return undefined
  const files = {'plan.json': plan, 'journal.ndjson': journal, ...(result !== undefined && {'result.json': result})}
  return {region, finished: result !== undefined, lines: lines.length, files}
}
