/**
 * Loses writes on purpose, again and again, and holds what the drill names as lost against the truth: a direct SQL query
 * of the new primary before the failback.
 *
 * Each round has a lab of its own, so that no round can hide what another left behind; a round that fails is told with its
 * seed. A machine too busy to serve the load right before the fault tests nothing: such a round is begun anew, twice at most,
 * and says so.
 */

import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import type {DrillResult} from '../../src/measure/result.js'
import type {LedgerEntry} from '../../src/model/ledger.js'
import {Sandbox} from '../support/cli.js'
import type {LabStatus} from '../support/cli.js'
import {requestIds} from '../support/sql.js'

const LAG_MS = 300
const RATE = 100

const sandbox = new Sandbox()
const DRILL = [
  'drill',
  '--scenario',
  'region-loss',
  '--lag',
  `${LAG_MS}`,
  '--rate',
  `${RATE}`,
  '--no-failback',
  '--keep',
]

/** Throws with a sentence where the drill's word and the truth differ. */
async function round(lab: string, seed: number): Promise<string> {
  const result = await sandbox.json<DrillResult>([...DRILL, '--lab', lab, '--seed', `${seed}`])
  const status = await sandbox.json<LabStatus>(['lab', 'status', '--lab', lab])
  const held = await requestIds(status, result.topology.afterFailover.primary)
  const truth = acknowledged(result).filter((requestId) => !held.has(requestId))
  compare(result, truth)
  return `lost ${result.rpo.lostCount} of ${result.rpo.acknowledged}, writes down ${result.rto.write.seconds?.toFixed(2)} s`
}

/** Nothing was at stake in a round, so that it shows nothing. */
class NothingTested extends Error {}

const isVacuous = (error: unknown): boolean =>
  error instanceof NothingTested || (error instanceof Error && error.message.includes('WarmUpFailed'))

async function attempt(lab: string, seed: number, left = 2): Promise<string> {
  try {
    return await round(lab, seed)
  } catch (error) {
    if (!isVacuous(error) || left === 0) throw error
    const why = error instanceof NothingTested ? error.message : 'the load was not served, no fault was made'
    console.log(`  seed ${seed}: ${why}; again`)
  } finally {
    await sandbox.run(['lab', 'stop', '--lab', lab])
  }

  return attempt(lab, seed, left - 1)
}

/** From the file and not from the result: the file is what others check. */
function acknowledged({runDirectory}: DrillResult): string[] {
  const lines = readFileSync(join(runDirectory, 'ledger.ndjson'), 'utf8').trimEnd().split('\n')
  const entries = lines.map((line) => JSON.parse(line) as LedgerEntry)
  return entries.filter(({kind, outcome}) => kind === 'write' && outcome === 'ok').map(({requestId}) => requestId)
}

function compare({rpo, singleWriter}: DrillResult, truth: string[]): void {
  const named = new Set(rpo.lost.map(({requestId}) => requestId))
  const missing = truth.filter((requestId) => !named.has(requestId))
  const invented = [...named].filter((requestId) => !truth.includes(requestId))
  if (missing.length > 0)
    throw new Error(`${missing.length} lost writes were not named: ${missing.slice(0, 3).join(', ')}`)
  if (invented.length > 0)
    throw new Error(`${invented.length} were named and are there: ${invented.slice(0, 3).join(', ')}`)
  if (rpo.lostCount !== truth.length) throw new Error(`lostCount is ${rpo.lostCount}, ${truth.length} are lost`)
  if (singleWriter.valid !== true) throw new Error(`single writer: ${singleWriter.valid}`)
  if (truth.length === 0) throw new NothingTested(`nothing was lost at a lag of ${LAG_MS} ms and ${RATE} writes/s`)
}

/** Returns how many rounds failed. */
export async function drillRounds(rounds: number, firstSeed: number): Promise<number> {
  let failed = 0
  try {
    for (let index = 0; index < rounds; index++) {
      const seed = firstSeed + index
      const name = `drill ${index + 1}/${rounds}  seed ${seed}`
      const since = performance.now()
      try {
        const says = await attempt(`soak-${process.pid}`, seed)
        console.log(`${name}  exact  ${says}  (${((performance.now() - since) / 1000).toFixed(1)} s)`)
      } catch (error) {
        failed++
        console.log(`${name}  FAILED  ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  } finally {
    sandbox.remove()
  }

  return failed
}
