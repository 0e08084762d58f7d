/** All gates, and the one way to ask them: every refusal is shown together, so that nobody mends one to meet the next. */

import {dataLossConsent} from './data-loss-consent.js'
import {edgeSteerable} from './edge-steerable.js'
import {noSplitBrain} from './no-split-brain.js'
import {noSwitchInProgress} from './no-switch-in-progress.js'
import {primaryKnown} from './primary-known.js'
import {replicaCaughtUp} from './replica-caught-up.js'
import {replicationHealthy} from './replication-healthy.js'
import {routeToPrimary} from './route-to-primary.js'
import {targetHasInstance} from './target-has-instance.js'
import {targetKnown} from './target-known.js'
import {targetReachable} from './target-reachable.js'
import type {Gate, GateInput, Refusal, Waiver} from '../model/gate.js'
import type {Intent} from '../model/plan.js'

export const GATES: readonly Gate[] = [
  targetKnown,
  primaryKnown,
  noSplitBrain,
  noSwitchInProgress,
  targetReachable,
  targetHasInstance,
  replicationHealthy,
  replicaCaughtUp,
  edgeSteerable,
  dataLossConsent,
]

/** Of a steer, which moves clients and promotes nothing. */
const STEER_GATES: readonly Gate[] = [primaryKnown, noSplitBrain, noSwitchInProgress, routeToPrimary, edgeSteerable]

export const gatesOf = (intent: Intent): readonly Gate[] => (intent === 'steer' ? STEER_GATES : GATES)

export interface GateVerdict {
  /** What stands in the way. Empty: go on. */
  refusals: Refusal[]
  /** What would stand in the way without a waiver. */
  waived: Refusal[]
}

/** Asks every gate. A waiver lifts only gates that name it. */
export function checkGates(input: GateInput, waivers: Waiver[], gates: readonly Gate[] = GATES): GateVerdict {
  const names = new Set(waivers.map((waiver) => waiver.name))
  const verdict: GateVerdict = {refusals: [], waived: []}
  for (const gate of gates) {
    const refused = gate.check(input)
    if (!refused) continue
    const refusal: Refusal = gate.waiver
      ? {gate: gate.id, ...refused, waiver: gate.waiver}
      : {gate: gate.id, ...refused}
    if (gate.waiver && names.has(gate.waiver)) verdict.waived.push(refusal)
    else verdict.refusals.push(refusal)
  }

  return verdict
}
