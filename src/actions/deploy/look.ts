/** Before a deployment: how the stacks stand, and what is missing of CDK's bootstrap. Changes nothing. */

import {DrError} from '../../errors.js'
import type {Emit} from '../../messages.js'
import type {Region} from '../../model/deployment.js'
import {stackKey, stackTitle} from '../../model/stack.js'
import type {ProjectStack, StackState} from '../../model/stack.js'
import type {Stacks} from '../../ports/deployer.js'
import type {Clock} from '../../ports/world.js'
import {standingOf, stuckError} from './standing.js'

/** Milliseconds that another one's work on a stack is waited for. */
const BUSY_DEADLINE_MS = 60 * 60_000
const FIRST_POLL_MS = 200
const LONGEST_POLL_MS = 5000

export interface LookInput {
  stacks: ProjectStack[]
  cloudFormation: Stacks
  clock: Clock
  emit: Emit
  signal: AbortSignal
  /** Continue the rollback of stacks in which it has failed, rather than refuse. */
  continueRollback: boolean
}

/**
 * The states by `stackKey`, of the stacks that exist, once nobody works on any of them: a deployment that was killed goes on in
 * CloudFormation, and this one takes over where it ends. Throws for a stack that a person must help first.
 */
export async function lookAtStacks(input: LookInput): Promise<Map<string, StackState>> {
  const {stacks, continueRollback} = input
  const states = await Promise.all(stacks.map(async (stack) => [stack, await settled(stack, input)] as const))
  for (const [stack, state] of states) {
    const helped = continueRollback && state?.status === 'UPDATE_ROLLBACK_FAILED'
    if (state && standingOf(state) === 'stuck' && !helped) throw stuckError(stack, state)
  }

  return new Map(states.flatMap(([stack, state]) => (state ? [[stackKey(stack), state]] : [])))
}

async function settled(
  stack: ProjectStack,
  {cloudFormation, clock, emit, signal}: LookInput,
): Promise<StackState | undefined> {
  const {name, region} = stack
  const begun = clock.now()
  let told = false
  for (let wait = FIRST_POLL_MS; ; wait = Math.min(wait * 1.5, LONGEST_POLL_MS)) {
    const state = await cloudFormation.state(region, name, {signal})
    // A review waits for whoever executes it: nobody is at work.
    if (state === undefined || standingOf(state) !== 'busy') {
      if (told) emit({code: 'note', text: `${stackTitle(stack)} is ${state?.status ?? 'gone'}`})
      return state
    }

    if (clock.now() - begun > BUSY_DEADLINE_MS) throw busy(name, region, state)
    if (!told)
      emit({code: 'note', text: `${stackTitle(stack)} is ${state.status}: waiting for CloudFormation to finish`})
    told = true
    await clock.sleep(wait, signal)
  }
}

const busy = (name: string, region: Region, {status, reason}: StackState): DrError =>
  new DrError({
    code: 'StackBusy',
    exit: 'stopped',
    what: `${name} in ${region} is still ${status} after ${BUSY_DEADLINE_MS / 60_000} minutes`,
    why: reason,
    next: 'look at its events in CloudFormation; when it is finished, run this command again',
  })

export interface Place {
  account: string
  region: Region
}

/** Regions whose bootstrap is missing, or older than a stack wants it. */
export async function bootstrapWanted(
  stacks: ProjectStack[],
  cloudFormation: Stacks,
  signal: AbortSignal,
): Promise<Place[]> {
  const wanted = new Map<string, {place: Place; parameter: string; version: number}>()
  for (const {account, region, bootstrap} of stacks) {
    if (!bootstrap) continue
    const key = `${region} ${bootstrap.parameter}`
    const version = Math.max(bootstrap.version, wanted.get(key)?.version ?? 0)
    wanted.set(key, {place: {account, region}, parameter: bootstrap.parameter, version})
  }

  const looked = await Promise.all(
    [...wanted.values()].map(async ({place, parameter, version}) => {
      const found = await cloudFormation.bootstrapVersion(place.region, parameter, {signal})
      return found !== undefined && found >= version ? [] : [place]
    }),
  )
  return looked.flat()
}
