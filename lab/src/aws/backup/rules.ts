/**
 * What AWS Backup refuses of vaults, plans and selections. Source of the rules: AWS Backup API reference, PutBackupVaultLockConfiguration,
 * BackupRuleInput, Lifecycle and BackupSelection. The texts are assumed, and so is that a plan's own vault must be there.
 */

import {fault, type Lab} from '../../kernel.js'
import type {Properties} from '../../cloudformation/provider.js'
import {recordsOf} from '../../cloudformation/records.js'

export const VAULT = 'AWS::Backup::BackupVault'

/** Days that a recovery point may be kept at the most. */
const LONGEST = 36_500
/** Days from the making of a lock in compliance mode until nobody can change it, at the least. */
const COOLING_OFF = 3
/** Days in cold storage, at the least. */
const COLD = 90
/** Days of a continuous backup, at the most. */
const CONTINUOUS = 35
/** Minutes in which a backup must begin, at the least. */
const START_WINDOW = 60

const invalid = (text: string): Error => fault('InvalidParameterValueException', text)

const inRange = (name: string, value: unknown, least: number, most: number): void => {
  if (value === undefined || (Number(value) >= least && Number(value) <= most)) return
  throw invalid(`Invalid ${name}: ${String(value)}. It must be between ${least} and ${most}.`)
}

export function refuseVault(_lab: Lab, _region: string, {LockConfiguration: lock = {}}: Properties): void {
  const {MinRetentionDays: min, MaxRetentionDays: max} = lock
  inRange('MinRetentionDays', min, 1, LONGEST)
  inRange('MaxRetentionDays', max, 1, LONGEST)
  inRange('ChangeableForDays', lock.ChangeableForDays, COOLING_OFF, LONGEST)
  if (max !== undefined && Number(max) < Number(min))
    throw invalid('MaxRetentionDays cannot be less than MinRetentionDays.')
}

export function refusePlan(lab: Lab, region: string, {BackupPlan: plan = {}}: Properties): void {
  for (const rule of (plan.BackupPlanRule ?? []) as Properties[]) {
    const {TargetBackupVault: vault, Lifecycle, CopyActions = []} = rule
    if (!recordsOf(lab).find(region, VAULT, vault)) throw invalid(`Backup vault ${vault} not found in ${region}.`)
    inRange('StartWindowMinutes', rule.StartWindowMinutes, START_WINDOW, Number.MAX_SAFE_INTEGER)
    for (const lifecycle of [Lifecycle, ...CopyActions.map((copy: Properties) => copy.Lifecycle)])
      refuseLifecycle(lifecycle)
    if (String(rule.EnableContinuousBackup) === 'true')
      inRange('DeleteAfterDays', Lifecycle?.DeleteAfterDays, 1, CONTINUOUS)
  }
}

function refuseLifecycle({DeleteAfterDays: end, MoveToColdStorageAfterDays: cold}: Properties = {}): void {
  inRange('DeleteAfterDays', end, 1, LONGEST)
  if (end !== undefined && cold !== undefined && Number(cold) >= 0 && Number(end) < Number(cold) + COLD)
    throw invalid(`DeleteAfterDays must be at least ${COLD} days after MoveToColdStorageAfterDays.`)
}

/** In the name of a resource a wildcard stands at the end, and nowhere else. */
export function refuseSelection(_lab: Lab, _region: string, {BackupSelection: selection}: Properties): void {
  if (selection === undefined) return
  const {Resources = [], ListOfTags = [], Conditions = {}} = selection
  if (Resources.length === 0 && ListOfTags.length === 0 && Object.keys(Conditions).length === 0)
    throw invalid('A selection needs resources or conditions.')
  const wild = Resources.find((arn: unknown) => /\*./.test(String(arn).split(':').slice(5).join(':')))
  if (wild !== undefined) throw invalid(`A wildcard is allowed at the end of an ARN only: ${wild}.`)
}
