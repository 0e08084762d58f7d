/** What regions hold of one run, read side by side. */

import type {Region} from '../../model/deployment.js'
import type {RunMirror} from '../../ports/runs.js'

export interface Copy {
  region: Region
  finished: boolean
  /** Of the journal. */
  lines: number
  files: {'plan.json': string; 'journal.ndjson': string; 'result.json'?: string}
}

export interface Copies {
  /** Of a switch alone: those with a plan and a journal. */
  found: Copy[]
  /** Where there may be a copy that nobody has seen, and why. */
  unread: {region: Region; why: string}[]
}

export async function readCopies(mirror: RunMirror, regions: readonly Region[], runId: string): Promise<Copies> {
  const copies: Copies = {found: [], unread: []}
  const read = await Promise.allSettled(regions.map((region) => readCopy(mirror, region, runId)))
  for (const [index, one] of read.entries())
    if (one.status === 'rejected') copies.unread.push({region: regions[index]!, why: (one.reason as Error).message})
    else if (one.value) copies.found.push(one.value)
  return copies
}

async function readCopy(mirror: RunMirror, region: Region, runId: string): Promise<Copy | undefined> {
  const [plan, journal, result] = await Promise.all([
    mirror.get(region, runId, 'plan.json'),
    mirror.get(region, runId, 'journal.ndjson'),
    mirror.get(region, runId, 'result.json'),
  ])
  if (plan === undefined || journal === undefined) return undefined
  const lines = journal.split('\n').filter((line) => line !== '')
  // Throws where it is not valid JSON: what a run has done cannot be told from half of it.
  for (const one of [plan, ...lines, ...(result === undefined ? [] : [result])]) JSON.parse(one)
  if ((JSON.parse(plan) as {schemaVersion?: number}).schemaVersion !== 1) return undefined
  const files = {'plan.json': plan, 'journal.ndjson': journal, ...(result !== undefined && {'result.json': result})}
  return {region, finished: result !== undefined, lines: lines.length, files}
}
