/** A pure refusal: a reason and a hint, or nothing. */

import type {Diagnosis, OpenRun} from './diagnosis.js'
import type {Observation} from './observation.js'
import type {Intent, Plan} from './plan.js'
import type {Region} from './deployment.js'

/** Gates that `--waive GATE=REASON` overrides: such a waiver has the name of its gate. */
export const WAIVABLE = [
  'engine-versions',
  'schema',
  'secrets',
  'target-capacity',
  'target-closed',
  'target-quota',
] as const

/** What an operator may override. A waiver is journaled with its reason. */
export const WAIVER_NAMES = ['allow-data-loss', 'allow-database-change', ...WAIVABLE] as const
export type WaiverName = (typeof WAIVER_NAMES)[number]

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
  openRun?: OpenRun
  /** The target was the primary of our last failover, or of a run that is not finished: that has closed it. */
  fencedByUs: boolean
}

export interface Refusal {
  gate: string
  reason: string
  hint: string
  /** The waiver that lifts it; none where nothing does. */
  waiver?: WaiverName
}

/** What a gate says of itself: the reason, and what to do next. */
export type Objection = Pick<Refusal, 'reason' | 'hint'>

export interface Gate<Input extends {intent: Intent} = GateInput> {
  id: string
  /** The intents that it is for; all of them where absent. A gate that judges them differently is one entry for each way. */
  intents?: readonly Intent[]
  waiver?: WaiverName
  check(input: Input): Objection | undefined
}

/** The gates of outcomes that could not be proven; a step that may end so names one of them. */
export type UnsureGateName = 'fence-unsure'

/** What such a gate is asked with, in the middle of a run. */
export type UnsureInput = Pick<Plan, 'intent' | 'from' | 'to'>
