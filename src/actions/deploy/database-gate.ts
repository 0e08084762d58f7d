/** Asks CloudFormation what the deployment would do to the stacks that hold the database, before anything is done. */

import {isDeepStrictEqual} from 'node:util'
import {holdsMembers} from '../../gates/database-members.js'
import {stackKey} from '../../model/stack.js'
import type {ProjectStack, StackChange, StackState} from '../../model/stack.js'
import type {Deployer, DeployerOptions, Stacks} from '../../ports/deployer.js'
import {standingOf} from './standing.js'

/** Of a change set that is looked at, and never executed. */
const CHANGE_SET = 'todo-dr-gate'

export interface DatabaseLook {
  stacks: ProjectStack[]
  /** By `stackKey`. */
  states: ReadonlyMap<string, StackState>
  deployer: Deployer
  cloudFormation: Stacks
  options: DeployerOptions
}

/** Only of stacks that stand, hold members of the database, and whose template differs: for all others there is nothing to ask. */
export async function databaseChanges({
  stacks,
  states,
  deployer,
  cloudFormation,
  options,
}: DatabaseLook): Promise<StackChange[]> {
  const standing = stacks.filter((stack) => standingOf(states.get(stackKey(stack))) === 'updatable')
  const looked = await Promise.all(
    standing.map(async (stack) => ({
      stack,
      deployed: await cloudFormation.template(stack.region, stack.name, options),
    })),
  )
  const asked = looked.filter(
    ({stack, deployed}) => holdsMembers(deployed) && !isDeepStrictEqual(deployed, stack.template),
  )
  if (asked.length === 0) return []
  try {
    await deployer.prepare(
      asked.map(({stack}) => stack.id),
      CHANGE_SET,
      options,
    )
    return await Promise.all(
      asked.map(async ({stack: {name, region, template: wanted}, deployed}) => {
        const changes = await cloudFormation.changes(region, name, CHANGE_SET, options)
        return {stack: name, region, deployed, wanted, changes}
      }),
    )
  } finally {
    const dropped = asked.map(({stack}) => cloudFormation.dropChangeSet(stack.region, stack.name, CHANGE_SET))
    // A change set that stays does no harm: the next one of its name takes its place.
    await Promise.allSettled(dropped)
  }
}
