/** Before a seed: who is the primary, may its schema change, and what does its history say. Changes nothing. */

import {diagnose} from '../../diagnose.js'
import {lookBesideRuns} from '../../engine/look.js'
import {openRunOf} from '../../engine/unfinished.js'
import type {RecentRuns} from '../../engine/unfinished.js'
import {checkSeed} from '../../gates/seed.js'
import type {Region} from '../../model/deployment.js'
import type {Refusal} from '../../model/gate.js'
import type {Migration, RecordedMigration} from '../../model/migration.js'
import {primaryOf} from '../../model/observation.js'
import {homeOf, otherRegion} from '../../model/regions.js'
import type {World} from '../../ports/world.js'
import {historyIn} from '../../workloads/history.js'
import {functionOutdated} from './apply.js'
import {planMigrations} from './plan.js'
import type {Asked, Pending} from './plan.js'

export interface SeedLook {
  /** Undefined where nobody could tell, which is refused. */
  primary: Region | undefined
  /** Beside a primary that is unknown: the region that may be it. */
  standby: Region
  /** Of the primary; undefined where the deployed functions know none. */
  history: RecordedMigration[] | undefined
  pending: Pending[]
  refusals: Refusal[]
}

export interface LookInput {
  world: World
  /** Of the project; undefined where it has no folder of them. */
  migrations: Migration[] | undefined
  asked: Asked
  maxLagSeconds: number
  /** The runs of the deployment. */
  recent: () => Promise<RecentRuns>
  signal: AbortSignal
}

/** Throws `FunctionOutdated` and what `planMigrations` throws (exit usage). */
export async function lookBeforeSeed(input: LookInput): Promise<SeedLook> {
  const {world, migrations, asked, maxLagSeconds, signal} = input
  const {observation, recent} = await lookBesideRuns({...input, toAct: true})
  const primary = primaryOf(observation)
  const standby = otherRegion(world.deployment, primary ?? homeOf(world.deployment))
  const openRun = openRunOf(recent.unfinished)
  const diagnosis = diagnose(observation, openRun)
  const refusals = checkSeed({from: primary, to: standby, observation, diagnosis, maxLagSeconds, openRun})
  // A primary that is lost or closed would not answer: what refuses is told at once.
  if (primary === undefined || refusals.length > 0) return {primary, standby, history: undefined, pending: [], refusals}
  const history = await historyIn(world, primary, 'migrate', {signal})
  if (migrations === undefined) return {primary, standby, history, pending: [], refusals}
  if (history === undefined) throw functionOutdated(primary)
  return {primary, standby, history, ...planMigrations(migrations, history, asked)}
}
