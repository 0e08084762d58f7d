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

/** So that writes are lost at a rate that a slow machine serves too. */
const LAG_MS = 1000
/** A second. */
const RATE = 30

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
  const result = await sandbox.json<DrillResult>([...DRILL, '--target', `lab:${lab}`, '--seed', `${seed}`])
  const status = await sandbox.json<LabStatus>(['lab', 'status', '--target', `lab:${lab}`])
  const held = await requestIds(status, result.topology.afterFailover.primary)
  const entries = acknowledged(result)
  const truth = entries.map(({requestId}) => requestId).filter((requestId) => !held.has(requestId))
  secondWriters(result, entries)
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
    await sandbox.run(['lab', 'stop', '--target', `lab:${lab}`])
  }

  return attempt(lab, seed, left - 1)
}

/** From the file and not from the result: the file is what others check. */
function acknowledged({runDirectory}: DrillResult): Acknowledged[] {
  const lines = readFileSync(join(runDirectory, 'ledger.ndjson'), 'utf8').trimEnd().split('\n')
  const entries = lines.map((line) => JSON.parse(line) as LedgerEntry)
  return entries.filter(
    (entry): entry is Acknowledged =>
      entry.kind === 'write' && entry.outcome === 'ok' && entry.finishedAt !== undefined,
  )
}

type Acknowledged = LedgerEntry & {finishedAt: number}

/** Each region had a client of its own beside the edge. What the old side said yes to after the first on the new one must be named. */
function secondWriters({topology, singleWriter}: DrillResult, entries: Acknowledged[]): void {
  const {before, afterFailover} = topology
  for (const region of [before.primary, afterFailover.primary])
    if (!entries.some(({via}) => via === region)) throw new NothingTested(`${region} acknowledged nothing directly`)
  const served = ({region, via}: Acknowledged): string | undefined => region ?? via
  const first = entries
    .filter((entry) => served(entry) === afterFailover.primary)
    .reduce((least, {finishedAt}) => Math.min(least, finishedAt), Infinity)
  const named = new Set(singleWriter.overlaps.map(({later}) => later))
  const unnamed = entries.filter(
    (entry) => served(entry) === before.primary && entry.sentAt > first && !named.has(entry.requestId),
  )
  if (unnamed.length > 0)
    throw new Error(`${unnamed.length} writes of the old side after the first on the new one are not named`)
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

export const drillRound = (seed: number): Promise<string> => attempt(`soak-${process.pid}`, seed)

export const endDrills = (): void => sandbox.remove()
