/** What a deployment looks at before it changes anything, and what the gates say to it. */

import {DrError} from '../../errors.js'
import {checkDatabaseMembers} from '../../gates/database-members.js'
import type {GateVerdict} from '../../gates/index.js'
import {checkTemplateDrift} from '../../gates/template-drift.js'
import {refuseDuringSwitch} from '../../gates/no-switch-in-progress.js'
import type {Emit} from '../../messages.js'
import type {Refusal} from '../../model/gate.js'
import {homeOf, otherRegion} from '../../model/regions.js'
import type {ProjectStack, StackState} from '../../model/stack.js'
import type {DeployerEvent} from '../../ports/deployer.js'
import type {World} from '../../ports/world.js'
import {databaseChanges} from './database-gate.js'
import type {DeployInput} from './input.js'
import {bootstrapWanted, lookAtStacks} from './look.js'
import type {Place} from './look.js'
import {databaseDrifts} from './template-drift.js'

export interface DeployLook extends GateVerdict {
  /** By `stackKey`. */
  states: Map<string, StackState>
  /** Whose bootstrap is missing or too old. */
  missing: Place[]
}

/** Looks and asks the gates; every refusal is given at once. Changes nothing. */
export async function lookBeforeDeploy(input: DeployInput, stacks: ProjectStack[]): Promise<DeployLook> {
  const {cloudFormation, world, signal} = input
  const refusals = world ? await switchInProgress(world, signal) : []
  const [states, missing] = await Promise.all([
    lookAtStacks({...input, stacks}),
    bootstrapWanted(stacks, cloudFormation, signal),
  ])
  const unready = new Set(missing.map(({region}) => region))
  // Without a bootstrap, or in a rollback that has failed, no change set can be made: those stacks are asked about after it.
  const ready = stacks.filter(({region}) => !unready.has(region))
  const members = await askDatabase(input, ready, states)
  return {states, missing, refusals: [...refusals, ...members.refusals], waived: members.waived}
}

export async function askDatabase(
  input: DeployInput,
  stacks: ProjectStack[],
  states: ReadonlyMap<string, StackState>,
): Promise<GateVerdict> {
  const {app = '', deployer, cloudFormation, waivers, emit, signal} = input
  const options = {signal, onEvent: warningsTo(emit)}
  const [changes, drifts] = await Promise.all([
    databaseChanges({stacks, states, deployer, cloudFormation, options}),
    databaseDrifts(input, stacks, states),
  ])
  const {destructive, liveVersion} = drifts
  const verdicts = [
    checkDatabaseMembers(changes, {app, waivers, liveVersion}),
    checkTemplateDrift(destructive, {app, waivers}),
  ]
  return {
    refusals: verdicts.flatMap(({refusals}) => refusals),
    waived: verdicts.flatMap(({waived}) => waived),
  }
}

async function switchInProgress(
  world: Pick<World, 'database' | 'deployment'>,
  signal: AbortSignal,
): Promise<Refusal[]> {
  const home = homeOf(world.deployment)
  const global = await world.database
    .describe(home, {signal})
    .catch(() => world.database.describe(otherRegion(world.deployment, home), {signal}))
    .catch((error: unknown) => {
      // Without its global database there is no switch: an earlier deployment, or its teardown, went half the way.
      if (error instanceof DrError && error.code === 'GlobalClusterNotFoundFault') return
      throw error
    })
  return global ? refuseDuringSwitch(global, 'run todo-dr resume to finish it, then deploy') : []
}

const warningsTo =
  (emit: Emit) =>
  (event: DeployerEvent): void => {
    if (event.kind === 'note' && event.level === 'warning') emit({code: 'warning', text: event.text})
  }
