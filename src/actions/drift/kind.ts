/** What a kind of drift is: one module that says whether it makes sense for what is there, and finds differences. */

import type {Emit} from '../../messages.js'
import type {Region} from '../../model/deployment.js'
import type {Observation} from '../../model/observation.js'
import type {RegionSettings} from '../../ports/settings.js'
import type {ScanStates} from '../../ports/scan-state.js'
import type {StackDrifts} from '../../ports/stack-drift.js'
import type {Side} from '../../ports/tables.js'
import type {World} from '../../ports/world.js'
import type {Difference, Doubt, DriftKind} from './result.js'

export interface FindInput {
  world: World
  observation: Observation
  /** A region's own database. */
  side(region: Region): Side
  /** What rows are compared with in place of the other region's. */
  against?: Side
  settings: RegionSettings
  stackDrifts: StackDrifts
  /** Tells what cannot be compared; what can be is compared all the same. */
  doubt(about: Omit<Doubt, 'kind'>): void
  rows: RowsOptions
  /** Differences are to hold the statements that would remove them, or a plan, where there are any. Nothing runs them. */
  fix: boolean
  emit: Emit
  signal: AbortSignal
}

/** How rows are read. */
export interface RowsOptions {
  states: ScanStates
  /** Goes on where an earlier scan was cut off. */
  resume: boolean
  /** Percent of the time for which a statement may run in each region. */
  maxLoad: number
  /** Seconds of replication lag above which the scan pauses. */
  maxLagSeconds: number
  /** Seconds after which it ends, and keeps what it has found. */
  deadlineSeconds?: number
}

export interface Kind {
  kind: DriftKind
  /** Why there is nothing to compare, for a person; undefined where there is. Whoever names the kind by its flag is served all the same. */
  appliesTo(observation: Observation, where: {lab: boolean}): string | undefined
  /** Yields what it finds, one difference a subject. What it throws leaves the kind unknown. */
  find(input: FindInput): AsyncIterable<Difference>
}
