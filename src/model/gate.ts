/** A pure refusal: a reason and a hint, or nothing. */

import type {Diagnosis} from './diagnosis.js'
import type {Observation} from './observation.js'
import type {Intent} from './plan.js'
import type {Region} from './deployment.js'

/** What an operator may override, each one gate. A waiver is journaled with its reason. */
export type WaiverName = 'allow-data-loss' | 'unsure-fence' | 'allow-database-change'

export interface Waiver {
  name: WaiverName
  reason: string
}

export interface GateInput {
  intent: Intent
  from: Region | undefined
  to: Region
  observation: Observation
  diagnosis: Diagnosis
  /** Seconds of lag above which a promotion is refused without consent. */
  maxLagSeconds: number
}

export interface Refusal {
  gate: string
  reason: string
  hint: string
  /** The waiver that lifts it; none where nothing does. */
  waiver?: WaiverName
}

export interface Gate {
  id: string
  waiver?: WaiverName
  check(input: GateInput): {reason: string; hint: string} | undefined
}
