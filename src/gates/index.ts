/** All gates, and the one way to ask them: every refusal is shown together, so that nobody mends one to meet the next. */

import {dataLossConsent} from './data-loss-consent.js'
import {edgeSteerable} from './edge-steerable.js'
import {engineVersions} from './engine-versions.js'
import {fenceUnsure} from './fence-unsure.js'
import {noOpenRun} from './no-open-run.js'
import {noSplitBrain} from './no-split-brain.js'
import {noSwitchInProgress} from './no-switch-in-progress.js'
import {primaryAnswers} from './primary-answers.js'
import {primaryKnown} from './primary-known.js'
import {replicaCaughtUp} from './replica-caught-up.js'
import {replicationHealthy} from './replication-healthy.js'
import {routeToPrimary} from './route-to-primary.js'
import {schema} from './schema.js'
import {secrets} from './secrets.js'
import {targetCapacity} from './target-capacity.js'
import {targetClosed} from './target-closed.js'
import {targetHasInstance} from './target-has-instance.js'
import {targetKnown} from './target-known.js'
import {targetQuota} from './target-quota.js'
import {targetReachable} from './target-reachable.js'
import {upgradeGates} from './upgrade.js'
import type {UpgradeInput} from './upgrade.js'
import type {Gate, GateInput, Refusal, UnsureGateName, UnsureInput, Waiver} from '../model/gate.js'
import type {Intent} from '../model/plan.js'

/** Asked before a run. */
const GATES: readonly Gate[] = [
  targetKnown,
  primaryKnown,
  primaryAnswers,
  noSplitBrain,
  noSwitchInProgress,
  noOpenRun,
  ...targetReachable,
  targetHasInstance,
  engineVersions,
  targetCapacity,
  targetQuota,
  secrets,
  schema,
  targetClosed,
  ...replicationHealthy,
  replicaCaughtUp,
  routeToPrimary,
  edgeSteerable,
  dataLossConsent,
]

/** Asked before an upgrade, each of them. */
const UPGRADE_GATES: readonly Gate<UpgradeInput>[] = [
  primaryKnown,
  noSplitBrain,
  noSwitchInProgress,
  noOpenRun,
  ...upgradeGates,
]

/** Asked in the middle of a run, of a step whose outcome could not be proven. */
const UNSURE_GATES: Record<UnsureGateName, readonly Gate<UnsureInput>[]> = {'fence-unsure': fenceUnsure}

export interface GateVerdict {
  /** What stands in the way. Empty: go on. */
  refusals: Refusal[]
  /** What would stand in the way without a waiver. */
  waived: Refusal[]
}

/** Asks every gate that is for the intent. */
export const checkGates = (input: GateInput, waivers: Waiver[]): GateVerdict => ask(GATES, input, waivers)

/** Asks what stands in the way of an upgrade. No waiver lifts any of it: AWS would refuse. */
export const checkUpgrade = (input: UpgradeInput): Refusal[] => ask(UPGRADE_GATES, input, []).refusals

/** Asks the gate that a step names for its unproven outcome. */
export const checkUnsure = (name: UnsureGateName, input: UnsureInput, waivers: Waiver[]): GateVerdict =>
  ask(UNSURE_GATES[name], input, waivers)

/** A waiver lifts only gates that name it. */
function ask<Input extends {intent: Intent}>(
  gates: readonly Gate<Input>[],
  input: Input,
  waivers: Waiver[],
): GateVerdict {
  const names = new Set(waivers.map((waiver) => waiver.name))
  const verdict: GateVerdict = {refusals: [], waived: []}
  for (const gate of gates) {
    if (gate.intents && !gate.intents.includes(input.intent)) continue
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
