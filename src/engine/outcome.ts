/** How a run of a plan ended. */

import type {ExitName} from '../errors.js'
import type {Region} from '../model/deployment.js'
import type {Approval} from '../model/pipeline.js'
import type {Intent} from '../model/plan.js'
import type {PhaseTime} from './phases.js'

export interface RunFailure {
  /** The step that failed; absent where the run was interrupted between two. */
  step?: string
  code: string
  what: string
  why?: string
  next?: string
  requestId?: string
}

export interface RunOutcome {
  schemaVersion: 1
  runId: string
  runDirectory: string
  intent: Intent
  from: Region
  to: Region
  /** SHA-256 of the plan. */
  digest: string
  /** done: as planned. undone: taken back, nothing is changed. stopped: midway, `resume` goes on. */
  status: 'done' | 'undone' | 'stopped'
  exit: ExitName
  failure?: RunFailure
  /** Steps without proof that were accepted by a waiver. */
  unsure: string[]
  /** Epoch milliseconds. */
  startedAt: number
  finishedAt: number
  /** Who let it begin, where a failover pipeline ran it. */
  approval?: Approval
  phases: PhaseTime[]
}
